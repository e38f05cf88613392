"""How a message leaves: a mail server, and the robots of groups in WeCom, DingTalk and Feishu, as the environment
names them. Their passwords and keys are nowhere else, and stand in no page, log or answer.

GUOHE_SMTP_…         the mail server: see `api.service.environment.mail`
GUOHE_ROBOT_WECOM, GUOHE_ROBOT_DINGTALK, GUOHE_ROBOT_FEISHU   the address that the group's robot was given, with its
                     key
GUOHE_ROBOT_DINGTALK_SECRET, GUOHE_ROBOT_FEISHU_SECRET   what their messages are signed with, where they ask for it
"""
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from api import __version__
from api.service.environment import addresses, mail
from api.service.environment.addresses import Network
from api.service.environment.mail import MailServer, NotSentError
from api.service.notice_records import Way
from ingestion.errors import UsageError

PATIENCE = 10.0           # seconds for a step, and twice that for a whole answer
LONGEST_ANSWER = 20_000   # bytes that are read of one


@dataclass(frozen=True, slots=True)
class Robot:
    way: Way
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def request(self, text: str, at: float) -> tuple[str, dict[str, Any]]:
        """The address and the body, signed as each of them wants it."""
        url = self.url
        if self.way is Way.FEISHU:
            body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
            if self.secret:
                stamp = str(int(at))
                key = f"{stamp}\n{self.secret}".encode()
                body |= {"timestamp": stamp, "sign": base64.b64encode(hmac.digest(key, b"", hashlib.sha256)).decode()}
            return url, body
        if self.way is Way.DINGTALK and self.secret:
            stamp = str(int(at * 1000))
            sign = hmac.digest(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), hashlib.sha256)
            url += ("&" if "?" in url else "?") + urlencode({"timestamp": stamp,
                                                             "sign": base64.b64encode(sign).decode()})
        return url, {"msgtype": "text", "text": {"content": text}}

    def send(self, text: str, allowed: Sequence[Network]) -> None:
        """NotSentError where it is not taken: they answer 200 also to what they refuse, with a code of their own."""
        import httpx

        url, body = self.request(text, time.time())
        try:
            target = addresses.resolve(url, allowed)
        except addresses.UnknownHostError as error:
            raise NotSentError("unknown host") from error
        except addresses.RefusedHostError as error:
            raise NotSentError("host not allowed") from error
        headers = {"host": target.header, "content-type": "application/json", "user-agent": f"guohe/{__version__}"}
        try:
            with httpx.Client(follow_redirects=False, trust_env=False, timeout=PATIENCE) as client, client.stream(
                    "POST", target.url, content=json.dumps(body, ensure_ascii=False).encode(), headers=headers,
                    extensions={"sni_hostname": target.host}) as answer:
                if not answer.is_success:
                    raise NotSentError(f"HTTP {answer.status_code}")
                said = _read(answer, time.monotonic() + 2 * PATIENCE)
        except httpx.HTTPError as error:
            raise NotSentError(type(error).__name__) from error
        code = _code(said)
        if code != 0:
            raise NotSentError("no answer of a robot" if code is None else f"errcode {code}")


@dataclass(frozen=True, slots=True)
class Ways:
    """Those that are set up; `allowed` are networks that robots may be in."""

    mail: MailServer | None = None
    robots: Mapping[Way, Robot] = field(default_factory=dict)
    allowed: tuple[Network, ...] = ()

    def known(self) -> tuple[Way, ...]:
        return tuple(one for one in Way if one in self.robots or (one is Way.MAIL and self.mail is not None))

    def host(self, way: Way) -> str:
        if way is Way.MAIL:
            return self.mail.host if self.mail else ""
        return self.robots[way].host if way in self.robots else ""


_ROBOTS = ((Way.WECOM, "GUOHE_ROBOT_WECOM", ""),   # way, its address, what its messages are signed with
           (Way.DINGTALK, "GUOHE_ROBOT_DINGTALK", "GUOHE_ROBOT_DINGTALK_SECRET"),
           (Way.FEISHU, "GUOHE_ROBOT_FEISHU", "GUOHE_ROBOT_FEISHU_SECRET"))


def read(environment: Mapping[str, str] = os.environ, allowed: tuple[Network, ...] = ()) -> Ways:
    """UsageError for settings that cannot be used; it never holds a key."""
    robots = {}
    for way, name, key in _ROBOTS:
        url = (environment.get(name) or "").strip()
        if url and urlsplit(url).scheme not in {"http", "https"}:
            raise UsageError(f"{name} is no address; give the one that the group's robot was given, with https://.",
                             f"{name} 不是地址；请填群机器人的 https:// 地址。")
        if url:
            robots[way] = Robot(way, url, (environment.get(key) or "").strip() if key else "")
    return Ways(mail.read(environment), robots, allowed)


def _read(answer: Any, until: float) -> bytes:
    """The beginning of an answer, of one that trickles no more than there is time for."""
    found = b""
    for part in answer.iter_bytes():
        found += part
        if len(found) > LONGEST_ANSWER or time.monotonic() > until:
            break
    return found[:LONGEST_ANSWER]


def _code(said: bytes) -> int | None:
    """0 where the robot took it."""
    try:
        body = json.loads(said)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    for name in ("errcode", "code", "StatusCode"):
        if isinstance(body.get(name), int):
            return int(body[name])
    return None
