"""A provider of single sign-on on loopback, over real HTTP: it checks what a strict one checks, and can misbehave."""
from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "guohe-tests", "a secret of the tests"
LASTS = 300


@cache
def key(_number: int = 1) -> RSAKey:
    """Made once for each number: it takes a moment."""
    return RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})


@dataclass
class Provider:
    """`people` by their name for themselves at the provider; `claims` replaces what an id token says."""

    address: str = ""
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    signed_by: RSAKey | None = None
    key: RSAKey = field(default_factory=lambda: key())
    codes: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        return {"GUOHE_OIDC_ISSUER": self.address, "GUOHE_OIDC_CLIENT_ID": CLIENT,
                "GUOHE_OIDC_CLIENT_SECRET": SECRET, "GUOHE_OIDC_NAME": "统一身份", **more}

    def described(self) -> dict[str, Any]:
        return {"issuer": self.address, "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token", "jwks_uri": f"{self.address}/keys",
                "userinfo_endpoint": f"{self.address}/userinfo", "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"]}

    def code(self, person: str, asked: dict[str, str]) -> str:
        """The way back, once somebody has signed in here."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = (person, asked)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, authorization: str, sent: dict[str, str]) -> dict[str, Any] | None:
        """Once for each code, to its client, with the verifier of its challenge."""
        known = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        person, asked = self.codes.pop(sent.get("code", ""), ("", {}))
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        for problem, wrong in (("client", authorization not in {f"Basic {known}", f"Basic {plain}"}),
                               ("code", not person),
                               ("verifier", asked.get("code_challenge") != challenge),
                               ("callback", asked.get("redirect_uri") != sent.get("redirect_uri"))):
            if wrong:
                self.refused.append(problem)
                return None
        said = {"iss": self.address, "aud": CLIENT, "sub": person, "iat": int(time.time()),
                "exp": int(time.time()) + LASTS, "nonce": asked["nonce"], **self.people[person], **self.claims}
        key = self.signed_by or self.key
        return {"access_token": person, "token_type": "Bearer", "expires_in": LASTS,
                "id_token": jwt.encode({"alg": "RS256", "kid": "k1"}, said, key)}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: one[0] for name, one in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self._json(self.provider.described())
        elif parts.path == "/keys":
            self._json({"keys": [self.provider.key.as_dict(private=False)]})
        elif parts.path == "/userinfo":
            person = self.headers.get("Authorization", "").removeprefix("Bearer ")
            self._json({"sub": person, **self.provider.people[person]})
        elif parts.path == "/authorize" and asked.get("client_id") == CLIENT and \
                asked.get("code_challenge_method") == "S256" and "openid" in asked.get("scope", ""):
            hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(one)}">'
                             for name, one in asked.items())
            self._page(f'<form method="post" action="/authorize">{hidden}<label>Name <input name="person"></label>'
                       "<button>OK</button></form>")
        else:
            self._json({"error": "invalid_request"}, 400)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        sent = {name: one[0] for name, one in parse_qs(body).items()}
        if self.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.code(sent["person"], sent))
            self.end_headers()
        else:
            token = self.provider.token(self.headers.get("Authorization", ""), sent)
            self._json(token or {"error": "invalid_grant"}, 200 if token else 400)

    def _json(self, value: Any, status: int = 200) -> None:
        self._send(json.dumps(value).encode(), "application/json", status)

    def _page(self, text: str) -> None:
        self._send(f"<!doctype html><title>provider</title>{text}".encode(), "text/html; charset=utf-8", 200)

    def _send(self, body: bytes, kind: str, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def provider() -> Iterator[Provider]:
    made = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": made}))
    made.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
