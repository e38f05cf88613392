"""What the environment says about single sign-on (OpenID Connect). Only composition roots read it.

GUOHE_OIDC_ISSUER         the provider's address; without it there is no single sign-on
GUOHE_OIDC_CLIENT_ID      what the provider calls this installation
GUOHE_OIDC_CLIENT_SECRET  its secret; none for a public client
GUOHE_OIDC_NAME           what the button says; the provider's host without
GUOHE_OIDC_SCOPE          "openid email profile" without
GUOHE_OIDC_ROLE_CLAIM     the claim that holds groups or roles, such as "groups" or "realm_access.roles"
GUOHE_OIDC_ROLES          which of its values gives which role: "bureau-review=reviewer,bureau-it=administrator"
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from api.service.records import Role
from ingestion.errors import UsageError

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class SignOn:
    """`roles` in the order in which they are looked for; the first that fits counts."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    scope: str
    role_claim: str
    roles: tuple[tuple[str, Role], ...]


def read(environment: Mapping[str, str]) -> SignOn | None:
    """None where no provider is named; UsageError for what cannot be used."""
    issuer = (environment.get("GUOHE_OIDC_ISSUER") or "").strip().rstrip("/")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise UsageError(f"GUOHE_OIDC_ISSUER is {issuer!r}; it must start with https://.",
                         f"GUOHE_OIDC_ISSUER 为 {issuer!r}；须以 https:// 开头。")
    client_id = (environment.get("GUOHE_OIDC_CLIENT_ID") or "").strip()
    if not client_id:
        raise UsageError("GUOHE_OIDC_ISSUER is set but GUOHE_OIDC_CLIENT_ID is not; name the client.",
                         "已设置 GUOHE_OIDC_ISSUER，但未设置 GUOHE_OIDC_CLIENT_ID；请写明客户端编号。")
    return SignOn(issuer, client_id, environment.get("GUOHE_OIDC_CLIENT_SECRET") or "",
                  environment.get("GUOHE_OIDC_NAME") or str(parts.hostname),
                  environment.get("GUOHE_OIDC_SCOPE") or "openid email profile",
                  (environment.get("GUOHE_OIDC_ROLE_CLAIM") or "").strip(),
                  _roles(environment.get("GUOHE_OIDC_ROLES") or ""))


def _roles(text: str) -> tuple[tuple[str, Role], ...]:
    found = []
    for entry in filter(None, (one.strip() for one in text.split(","))):
        value, _, role = entry.rpartition("=")
        if not value or role not in set(Role):
            choices = ", ".join(Role)
            raise UsageError(f"GUOHE_OIDC_ROLES has {entry!r}; write value=role, the role one of {choices}.",
                             f"GUOHE_OIDC_ROLES 中有 {entry!r}；请写成 值=角色，角色可选 {choices}。")
        found.append((value.strip(), Role(role)))
    return tuple(found)
