"""What signing in at a provider must send, and what it must never believe."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc.jws import JWSRegistry

from backend.ports.sign_in import ArrivalRefused, ProviderDown
from tests.doubles.provider import CLIENT, ISSUER, KEY, OPENING, OTHER_KEY, TENANT, Provider, config_of

CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_a1_the_address_carries_state_nonce_pkce_and_the_exact_return_address() -> None:
    query = dict(parse_qsl(urlsplit(await Provider().engine.address(OPENING)).query))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(OPENING.verifier.encode()).digest()).rstrip(b"=").decode()
    assert query == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": OPENING.redirect_uri,
        "scope": "openid profile email",
        "state": OPENING.state,
        "nonce": OPENING.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }


async def test_a_good_token_tells_who_came() -> None:
    provider = Provider()
    provider.sign(groups=["staff", 7])
    arrival = await provider.engine.arrival("the-code", OPENING)
    assert (arrival.issuer, arrival.subject, arrival.name) == (ISSUER, "person-1", "Ines Alder")
    assert (arrival.email, arrival.groups) == ("ines@alder.example", ("staff",))
    form = provider.sent_form()
    assert form["code_verifier"] == OPENING.verifier
    assert form["redirect_uri"] == OPENING.redirect_uri


# When the tests were collected: what lies ahead of it lies far ahead, since a whole run takes a quarter of an hour.
NOW = int(time.time())
BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "wrong issuer": {"iss": "https://evil.example"},
    "issuer with a slash": {"iss": f"{ISSUER}/"},
    "no issuer": {"iss": None},
    "other audience": {"aud": "other"},
    "list with another and azp": {"aud": [CLIENT, "other"], "azp": CLIENT},
    "other audience, our azp": {"aud": "other", "azp": CLIENT},
    "our audience, other azp": {"azp": "other"},
    "no audience": {"aud": None},
    "empty audience": {"aud": []},
    "expired": {"exp": NOW - 120},
    "no expiry": {"exp": None},
    "issued in the future": {"iat": NOW + 6_000},
    "not yet": {"nbf": NOW + 6_000},
    "no issue time": {"iat": None},
    "no nonce": {"nonce": None},
    "other nonce": {"nonce": "another"},
    "nonce of another kind": {"nonce": ["the-nonce"]},
    "nobody": {"sub": None},
    "empty subject": {"sub": ""},
    "subject of another kind": {"sub": {"a": 1}},
    "endless subject": {"sub": "x" * 300},
    "wrong hash of the access token": {"at_hash": "AAAA"},
}


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
async def test_a4_a_token_with_bad_claims_is_refused(changes: dict[str, Any]) -> None:
    provider = Provider()
    provider.sign(**changes)
    with pytest.raises(ArrivalRefused):
        await provider.engine.arrival("the-code", OPENING)


BAD_HEADERS: dict[str, dict[str, Any]] = {
    "unknown key": {"kid": "two"},
    "key id of another kind": {"kid": 7},
    "key in the token": {"jwk": KEY.as_dict(private=False)},
    "key at an address": {"jku": "https://evil.example/jwks"},
    "certificate in the token": {"x5c": ["AAAA"]},
    "unknown rule": {"crit": ["exp"], "exp": 1},
    "rule nobody knows": {"crit": ["x-odd"], "x-odd": 1},
}


@pytest.mark.security("48")
@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS)
async def test_row_48_a_token_with_a_bad_header_is_refused(header: dict[str, Any]) -> None:
    provider = Provider()
    provider.sign()
    _, claims, signature = provider.answer["id_token"].split(".")
    if "kid" not in header:
        # These keep their right signature: only the header itself may be the reason.
        from_ours = {"alg": "RS256", "kid": "one", **header}
        signed = f"{part(from_ours)}.{claims}".encode()
        signature = base64.urlsafe_b64encode(_rs256(signed)).rstrip(b"=").decode()
        provider.answer["id_token"] = f"{signed.decode()}.{signature}"
    else:
        provider.answer["id_token"] = f"{part({'alg': 'RS256', **header})}.{claims}.{signature}"
    with pytest.raises(ArrivalRefused):
        await provider.engine.arrival("the-code", OPENING)


def _rs256(signed: bytes) -> bytes:
    registry = JWSRegistry(algorithms=["RS256"])
    return bytes(registry.get_alg("RS256").sign(signed, KEY))


@pytest.mark.security("48")
async def test_row_48_a_token_without_signature_is_refused() -> None:
    provider = Provider()
    for algorithm in ("none", "None", "NONE", ""):
        provider.answer = {"id_token": f"{part({'alg': algorithm})}.{part(provider.claims())}."}
        with pytest.raises(ArrivalRefused):
            await provider.engine.arrival("the-code", OPENING)


@pytest.mark.security("48")
async def test_row_48_a_token_signed_with_the_public_key_as_a_secret_is_refused() -> None:
    provider = Provider()
    for secret in (KEY.as_pem(private=False), KEY.as_pem(private=False).strip()):
        signed = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(provider.claims())}".encode()
        signature = base64.urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=").decode()
        provider.answer = {"id_token": f"{signed.decode()}.{signature}"}
        with pytest.raises(ArrivalRefused):
            await provider.engine.arrival("the-code", OPENING)


async def test_a4_a_token_signed_with_another_key_of_the_same_id_is_refused() -> None:
    provider = Provider()
    provider.sign(key=OTHER_KEY)
    with pytest.raises(ArrivalRefused):
        await provider.engine.arrival("the-code", OPENING)


@pytest.mark.parametrize(
    "answer",
    [{}, {"id_token": None}, {"id_token": ""}, {"id_token": "a.b"}, {"id_token": {}}, {"id_token": "x" * 200_000}],
)
async def test_a2_an_answer_without_a_token_is_refused(answer: dict[str, Any]) -> None:
    provider = Provider()
    provider.answer = answer
    with pytest.raises(ArrivalRefused):
        await provider.engine.arrival("the-code", OPENING)


async def test_a2_a_code_that_the_provider_refuses_is_refused() -> None:
    provider = Provider()
    provider.token_status, provider.answer = 400, {"error": "invalid_grant"}
    with pytest.raises(ArrivalRefused):
        await provider.engine.arrival("used-before", OPENING)


async def test_a8_a_provider_that_is_down_is_told_and_asked_again_the_next_time() -> None:
    provider = Provider()
    provider.is_down = True
    with pytest.raises(ProviderDown, match="The provider does not answer"):
        await provider.engine.address(OPENING)
    provider.is_down = False
    assert await provider.engine.address(OPENING)


async def test_a8_nothing_is_asked_of_the_provider_before_somebody_signs_in() -> None:
    assert not Provider().called


async def test_a8_unknown_key_ids_ask_for_the_keys_once_a_minute_at_most() -> None:
    provider = Provider()
    provider.sign()
    await provider.engine.arrival("the-code", OPENING)
    provider.sign({"kid": "new"})
    for _ in range(20):
        with pytest.raises(ArrivalRefused):
            await provider.engine.arrival("the-code", OPENING)
    assert len(provider.calls("/jwks")) == 1
    provider.clock += 61
    with pytest.raises(ArrivalRefused):
        await provider.engine.arrival("the-code", OPENING)
    assert len(provider.calls("/jwks")) == 2


async def test_a3_a_provider_that_names_another_issuer_is_not_used() -> None:
    provider = Provider(config_of(issuer="https://other.example"))
    provider.config = config_of()
    with pytest.raises(ProviderDown):
        await provider.engine.address(OPENING)


@pytest.mark.parametrize("claimed", ["https://accounts.google.com", "accounts.google.com"])
async def test_a3_both_spellings_of_google_are_one_issuer(claimed: str) -> None:
    provider = Provider(config_of("google"))
    provider.sign(iss=claimed)
    assert (await provider.engine.arrival("c", OPENING)).issuer == "https://accounts.google.com"


async def test_a5_a_google_domain_is_told_by_its_claim_and_not_by_the_address() -> None:
    provider = Provider(config_of("google", hosted_domains=("alder.example",)))
    provider.sign()
    with pytest.raises(ArrivalRefused, match="organisation"):
        await provider.engine.arrival("c", OPENING)
    provider.sign(hd="alder.example")
    assert await provider.engine.arrival("c", OPENING)


async def test_a6_an_address_that_nobody_vouches_for_is_not_told() -> None:
    provider = Provider()
    for changes in ({"email_verified": False}, {"email_verified": None}, {"email_verified": "true"}):
        provider.sign(**changes)
        assert (await provider.engine.arrival("c", OPENING)).email == ""


async def test_a6_an_entra_person_is_tenant_and_object() -> None:
    provider = Provider(config_of("entra", tenants=(TENANT,)))
    provider.sign()
    arrival = await provider.engine.arrival("c", OPENING)
    assert (arrival.issuer, arrival.subject) == (f"https://login.microsoftonline.com/{TENANT}/v2.0", "object-1")
    assert arrival.email == ""  # email_verified means nothing there
    provider.sign(xms_edov=True)
    assert (await provider.engine.arrival("c", OPENING)).email == "ines@alder.example"


OTHER_TENANT = TENANT.replace("0f3a", "1f3a")
ENTRA: dict[str, dict[str, Any]] = {
    "other tenant": {"tid": OTHER_TENANT, "iss": f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"},
    "tenant of another issuer": {"tid": TENANT, "iss": f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"},
    "personal accounts": {"tid": CONSUMERS, "iss": f"https://login.microsoftonline.com/{CONSUMERS}/v2.0"},
    "version 1": {"iss": f"https://sts.windows.net/{TENANT}/"},
    "no tenant": {"tid": None},
    "no guid": {"tid": "organizations", "iss": "https://login.microsoftonline.com/organizations/v2.0"},
    "google's token": {"iss": "https://accounts.google.com"},
    "template left open": {"iss": "https://login.microsoftonline.com/{tenantid}/v2.0"},
}


@pytest.mark.parametrize("changes", ENTRA.values(), ids=ENTRA)
async def test_a3_a_token_of_another_tenant_is_refused(changes: dict[str, Any]) -> None:
    provider = Provider(config_of("entra", tenants=(TENANT,)))
    provider.sign(**changes)
    with pytest.raises(ArrivalRefused):
        await provider.engine.arrival("c", OPENING)


async def test_a5_a_group_of_the_list_must_be_held() -> None:
    provider = Provider(config_of(groups=("operators",)))
    provider.sign(groups=["staff"])
    with pytest.raises(ArrivalRefused, match="groups"):
        await provider.engine.arrival("c", OPENING)
    provider.sign(groups=["staff", "operators"])
    assert await provider.engine.arrival("c", OPENING)


def test_the_secret_of_a_provider_is_not_in_its_words() -> None:
    assert "sssh" not in repr(config_of())
