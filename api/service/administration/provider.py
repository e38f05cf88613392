"""A provider of single sign-on: the one place that knows authlib. Code flow with PKCE, state and nonce.

Everything that the provider says is checked: its own name, the signature, for whom, until when, and that it answers
this very request. Redirects are not followed and proxies of the environment are not used.
"""
from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from api.errors import Failure
from api.service.environment.sign_on import SignOn

log = logging.getLogger(__name__)

TIMEOUT = 10.0
KNOWN_FOR = 3600.0     # seconds that the provider's description and keys are kept
LEEWAY = 60            # seconds that clocks may differ
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class Provider:
    def __init__(self, settings: SignOn) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, Any]] = (0.0, {})

    def address(self, callback: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser."""
        with self._client(callback) as client:
            address, _ = client.create_authorization_url(self._described()["authorization_endpoint"], state=state,
                                                         nonce=nonce, code_verifier=verifier)
        return str(address)

    def claims(self, callback: str, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """Who signed in there. Failure "sign_on_failed" whatever goes wrong; the log says what, without names."""
        try:
            return self._claims(callback, code, nonce, verifier)
        except Failure:
            raise
        except Exception as error:
            log.warning("single sign-on failed: %s", type(error).__name__)
            raise Failure("sign_on_failed") from error

    def _claims(self, callback: str, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """What the provider says of who signed in, verified; the email from its user endpoint if need be."""
        described = self._described()
        with self._client(callback) as client:
            token = client.fetch_token(described["token_endpoint"], code=code, code_verifier=verifier,
                                       grant_type="authorization_code")
            claims = dict(self._verified(token["id_token"], nonce))
            if "email" not in claims and "userinfo_endpoint" in described:
                more = client.get(described["userinfo_endpoint"]).raise_for_status().json()
                if more.get("sub") == claims["sub"]:
                    claims = {**more, **claims}
        return claims

    def _verified(self, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of a token that is of this provider, for us, and of this sign-in."""
        from joserfc import jwt
        from joserfc.jwk import KeySet

        keys = KeySet.import_key_set(self._described()["keys"])
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY, iss={"essential": True, "value": self._described()["issuer"]}, sub={"essential": True},
            aud={"essential": True, "value": self._settings.client_id}, exp={"essential": True},
            nonce={"essential": True, "value": nonce}).validate(claims)
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise Failure("sign_on_failed")
        return claims

    def _described(self) -> dict[str, Any]:
        """The provider's own description, with its keys. Failure "sign_on_failed" where it cannot be had."""
        import httpx

        with self._lock:
            asked, known = self._known
            if known and time.monotonic() - asked < KNOWN_FOR:
                return known
            try:
                with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
                    found = client.get(f"{self._settings.issuer}/.well-known/openid-configuration"
                                       ).raise_for_status().json()
                    _same(str(found["issuer"]).rstrip("/"), self._settings.issuer)
                    found["keys"] = client.get(found["jwks_uri"]).raise_for_status().json()
            except Exception as error:
                log.warning("the provider of single sign-on cannot be asked: %s", type(error).__name__)
                raise Failure("sign_on_failed") from error
            self._known = (time.monotonic(), found)
            return dict(found)

    def _client(self, callback: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        chosen = self._settings
        return OAuth2Client(chosen.client_id, chosen.client_secret or None, scope=chosen.scope, redirect_uri=callback,
                            token_endpoint_auth_method="client_secret_basic" if chosen.client_secret else "none",
                            code_challenge_method="S256", timeout=TIMEOUT, follow_redirects=False, trust_env=False)


def _same(said: str, expected: str) -> None:
    if said != expected:
        raise ValueError(said)
