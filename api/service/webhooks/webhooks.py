"""What administrators do with webhooks: make, change, try and end them, and read what became of messages."""
from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging
from api.service.access import Action, demand
from api.service.context import Context, new_id, now, record
from api.service.records import Actor, Page
from api.service.webhooks import addresses, outbox, signing
from api.service.webhooks.courier import Courier
from api.service.webhooks.webhook_records import SUBSCRIBED, DeliveryView, Kind, State, WebhookView
from api.store.models import Delivery, Webhook

MOST = 20


class Webhooks:
    """`courier` carries the messages; the application starts and stops it."""

    def __init__(self, context: Context, courier: Courier) -> None:
        self._database, self._secret, self.courier = context.database, context.settings.secret, courier

    def list(self, actor: Actor) -> tuple[WebhookView, ...]:
        demand(actor, Action.ADMINISTER)
        with self._database.reading() as session:
            return tuple(_view(one) for one in session.scalars(select(Webhook).order_by(Webhook.created, Webhook.id)))

    def create(self, actor: Actor, url: str, kinds: Sequence[Kind], note: str = "") -> WebhookView:
        """With its secret, which is shown now or never. Failure "webhook_url", "too_many_webhooks"."""
        demand(actor, Action.ADMINISTER)
        url = addresses.check(url)
        with self._database.writing() as session:
            if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST:
                raise Failure("too_many_webhooks", most=MOST)
            made = Webhook(id=new_id(), url=url, note=note.strip()[:200], kinds=_kinds(kinds), active=True,
                           generation=1, created=now(), created_by=actor.id)
            session.add(made)
            record(session, actor, "create_webhook", "webhook", made.id, url=url)
            return _view(made, signing.secret(self._secret, made.id, made.generation))

    def change(self, actor: Actor, webhook_id: str, *, url: str | None = None, kinds: Sequence[Kind] | None = None,
               note: str | None = None, active: bool | None = None, new_secret: bool = False) -> WebhookView:
        """What is None stays. A new secret ends the old one at once."""
        demand(actor, Action.ADMINISTER)
        with self._database.writing() as session:
            found = _found(session, webhook_id)
            found.url = addresses.check(url) if url is not None else found.url
            found.kinds = _kinds(kinds) if kinds is not None else found.kinds
            found.note = note.strip()[:200] if note is not None else found.note
            found.active = found.active if active is None else active
            found.generation += 1 if new_secret else 0
            record(session, actor, "change_webhook", "webhook", webhook_id, url=found.url, active=found.active,
                   generation=found.generation)
            return _view(found, signing.secret(self._secret, found.id, found.generation) if new_secret else "")

    def delete(self, actor: Actor, webhook_id: str) -> None:
        """With its messages, sent or not."""
        demand(actor, Action.ADMINISTER)
        with self._database.writing() as session:
            session.delete(_found(session, webhook_id))
            record(session, actor, "delete_webhook", "webhook", webhook_id)

    def ping(self, actor: Actor, webhook_id: str) -> DeliveryView:
        """A message for trying it."""
        demand(actor, Action.ADMINISTER)
        with self._database.writing() as session:
            _found(session, webhook_id)
            made = outbox.add(session, webhook_id, Kind.PING, {})
            record(session, actor, "try_webhook", "webhook", webhook_id)
            session.flush()
            return _delivery(made)

    def deliveries(self, actor: Actor, webhook_id: str, *, after: str | None = None, limit: int = 50
                   ) -> Page[DeliveryView]:
        """The newest first; kept for 30 days after their end."""
        demand(actor, Action.ADMINISTER)
        limit = paging.size(limit)
        query = select(Delivery).where(Delivery.webhook_id == webhook_id).order_by(
            Delivery.created.desc(), Delivery.id.desc()).limit(limit + 1)
        if after:
            query = query.where(tuple_(Delivery.created, Delivery.id) < tuple_(*paging.at(after)))
        with self._database.reading() as session:
            _found(session, webhook_id)
            rows = session.scalars(query).all()
        more = paging.cursor(rows[limit - 1].created, rows[limit - 1].id) if len(rows) > limit else None
        return Page(tuple(_delivery(row) for row in rows[:limit]), more)

    def again(self, actor: Actor, webhook_id: str, delivery_id: str) -> DeliveryView:
        """Send a message once more, from the beginning of its attempts; it keeps its id and its body."""
        demand(actor, Action.ADMINISTER)
        with self._database.writing() as session:
            found = session.get(Delivery, delivery_id)
            if found is None or found.webhook_id != webhook_id:
                raise Failure("not_found")
            found.state, found.attempts, found.due, found.ended = State.WAITING, 0, now(), None
            record(session, actor, "resend_delivery", "webhook", webhook_id, delivery=delivery_id)
            return _delivery(found)


def _found(session: Session, webhook_id: str) -> Webhook:
    found = session.get(Webhook, webhook_id)
    if found is None:
        raise Failure("not_found")
    return found


def _kinds(kinds: Sequence[Kind]) -> list[str]:
    return [one.value for one in SUBSCRIBED if one in kinds]


def _view(one: Webhook, secret: str = "") -> WebhookView:
    return WebhookView(one.id, one.url, one.note, tuple(Kind(kind) for kind in one.kinds), one.active, one.created,
                       secret)


def _delivery(one: Delivery) -> DeliveryView:
    return DeliveryView(one.id, one.webhook_id, Kind(one.kind), State(one.state), one.attempts, one.created,
                        one.due if one.state == State.WAITING else None, one.ended, one.status, one.problem)
