"""What the one way out promises: no inner address is reached, whatever it is called."""

from __future__ import annotations

import gzip
import time
import zlib

import pytest

from backend.engines.http.client import GuardedHttp
from backend.engines.http.places import NOT_PUBLIC
from backend.errors import InvalidInput
from backend.ports.http import AddressRefused, AnswerTooBig, CallFailed, HttpCall, Reach
from tests.doubles.addresses import EVER_CLOSED, REFUSED_HOSTS, REFUSED_URLS
from tests.doubles.web import OTHER_PUBLIC_ADDRESS, PUBLIC_ADDRESS, Names, SeemingInternet, Seen, reply, web


def hello(_seen: Seen) -> bytes:
    return reply(b"hello", content_type="text/plain; charset=utf-8")


def names(**more):
    return Names(public_example=[PUBLIC_ADDRESS], other_example=[OTHER_PUBLIC_ADDRESS], localhost=["127.0.0.1"], **more)


@pytest.fixture
async def street():
    """Two servers that seem to stand on the public internet, and a collector on loopback that must stay unvisited."""
    answers: dict[str, bytes | None] = {}

    def answer(seen: Seen) -> bytes | None:
        return answers[seen.path] if seen.path in answers else hello(seen)

    async with web(answer) as one, web(answer) as two, web(hello) as inner:
        internet = SeemingInternet({PUBLIC_ADDRESS: one.port, OTHER_PUBLIC_ADDRESS: two.port, "127.0.0.1": inner.port})
        client = GuardedHttp(resolver=names(), network=internet)
        yield type("Street", (), {"client": client, "internet": internet, "one": one, "two": two, "inner": inner,
                                  "answers": answers})  # fmt: skip
        await client.close()


@pytest.mark.parametrize("host", REFUSED_HOSTS)
async def test_an_inner_address_is_refused_in_every_spelling(street, host: str):
    for scheme in ("http", "https"):
        with pytest.raises(AddressRefused):
            await street.client.check(f"{scheme}://{host}/")
        with pytest.raises(AddressRefused):
            await street.client.send(HttpCall("GET", f"{scheme}://{host}/"))
    assert street.internet.dialled == []


@pytest.mark.parametrize("url", REFUSED_URLS)
async def test_an_address_of_a_wrong_form_is_refused(street, url: str):
    with pytest.raises(AddressRefused):
        await street.client.check(url)
    with pytest.raises(AddressRefused):
        await street.client.send(HttpCall("GET", url))
    assert street.internet.dialled == []


async def test_a_public_address_answers_under_its_own_name(street):
    answer = await street.client.send(HttpCall("GET", "http://public.example/x", headers=(("X-Mark", "1"),)))
    assert (answer.status, answer.text(), answer.url) == (200, "hello", "http://public.example/x")
    assert street.one.seen[0].headers["host"] == "public.example"
    assert street.one.seen[0].headers["x-mark"] == "1"
    assert street.internet.dialled == [PUBLIC_ADDRESS]


async def test_one_private_address_among_many_refuses_the_name(street):
    client = GuardedHttp(resolver=Names(mixed_example=[PUBLIC_ADDRESS, "10.0.0.7"]), network=street.internet)
    with pytest.raises(AddressRefused):
        await client.send(HttpCall("GET", "http://mixed.example/"))
    assert street.internet.dialled == []


async def test_private_and_unknown_names_read_alike(street):
    client = GuardedHttp(resolver=Names(inner_example=["10.0.0.7"]), network=street.internet)
    said = []
    for host in ("inner.example", "unknown.example"):
        with pytest.raises(AddressRefused) as refused:
            await client.send(HttpCall("GET", f"http://{host}/"))
        said.append((refused.value.message, refused.value.hint))
    assert len(set(said)) == 1
    assert "10.0.0.7" not in said[0][0]


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.7", "[::1]", "metadata.google.internal"])
async def test_an_address_needing_no_look_up_is_told_its_reason(street, host: str):
    """Whoever wrote it knows what it is: the words give away nothing of our network's names."""
    with pytest.raises(AddressRefused) as refused:
        await street.client.send(HttpCall("GET", f"http://{host}/"))
    assert refused.value.message == NOT_PUBLIC


async def test_a_name_that_turns_private_after_the_check_reaches_nothing(street):
    """Each call looks up anew, so of 1,000 calls half see the public answer, and none the collector."""
    flips = Names(flip_example=[[PUBLIC_ADDRESS], ["127.0.0.1"]] * 600)
    client = GuardedHttp(resolver=flips, network=street.internet)
    outcomes = {"answered": 0, "refused": 0}
    for _ in range(500):
        try:
            await client.check("http://flip.example/")
            await client.send(HttpCall("GET", "http://flip.example/"))
            outcomes["answered"] += 1
        except AddressRefused:
            outcomes["refused"] += 1
    assert outcomes["refused"] > 0
    assert street.inner.seen == []
    assert "127.0.0.1" not in street.internet.dialled
    await client.close()


async def test_one_look_up_serves_the_check_and_the_connection(street):
    found = Names(public_example=[[PUBLIC_ADDRESS], ["127.0.0.1"]])
    client = GuardedHttp(resolver=found, network=street.internet)
    assert (await client.send(HttpCall("GET", "http://public.example/"))).status == 200
    assert found.asked == ["public.example"]
    await client.close()


async def test_a_connection_whose_peer_is_another_is_given_up(street):
    street.internet.peer_override = "127.0.0.1"
    with pytest.raises(AddressRefused):
        await street.client.send(HttpCall("GET", "http://public.example/"))
    assert street.one.seen == []


async def test_a_connection_to_this_machine_by_its_public_address_is_given_up(street):
    street.internet.hosts["192.168.7.7"] = street.one.port
    street.internet.peer_override = ""
    client = GuardedHttp(resolver=Names(own_example=[PUBLIC_ADDRESS]), network=street.internet)
    original = street.internet.connect_tcp

    async def to_itself(*args, **options):
        stream = await original(*args, **options)
        stream.get_extra_info = lambda _info: (PUBLIC_ADDRESS, 0)
        return stream

    street.internet.connect_tcp = to_itself
    with pytest.raises(AddressRefused):
        await client.send(HttpCall("GET", "http://own.example/"))
    assert street.one.seen == []


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data", "http://2130706433/", "//127.0.0.1/", "file:///x",
     "http://[::ffff:7f00:1]/", "http://public.example:22/", "http://u:p@public.example/"],
)  # fmt: skip
async def test_a_redirect_into_the_house_is_refused(street, target: str):
    street.answers["/go"] = reply(status="302 Found", location=target)
    with pytest.raises(AddressRefused):
        await street.client.send(HttpCall("GET", "http://public.example/go"))
    assert street.inner.seen == []


async def test_redirects_are_followed_five_times_and_not_six(street):
    for number in range(7):
        street.answers[f"/{number}"] = reply(status="302 Found", location=f"/{number + 1}")
    street.answers["/5"] = reply(b"there")
    answer = await street.client.send(HttpCall("GET", "http://public.example/0"))
    assert (answer.text(), answer.num_redirects, answer.url) == ("there", 5, "http://public.example/5")
    street.answers["/5"] = reply(status="302 Found", location="/6")
    with pytest.raises(CallFailed):
        await street.client.send(HttpCall("GET", "http://public.example/0"))


async def test_another_origin_gets_no_credentials(street):
    street.answers["/go"] = reply(status="307 Temporary", location="http://other.example/end")
    secret = (("Authorization", "Bearer canary"), ("Cookie", "a=canary"), ("X-Api-Key", "canary"),
              ("X-Signature", "canary"), ("Accept", "text/plain"))  # fmt: skip
    await street.client.send(HttpCall("POST", "http://public.example/go", headers=secret, content=b"body"))
    assert "canary" in str(street.one.seen[0].headers)
    assert "canary" not in str(street.two.seen[0].headers)
    assert street.two.seen[0].headers["accept"] == "text/plain"
    assert (street.two.seen[0].method, street.two.seen[0].body) == ("POST", b"body")


async def test_the_same_origin_keeps_them_and_see_other_becomes_get(street):
    street.answers["/go"] = reply(status="303 See Other", location="/end")
    call = HttpCall("POST", "http://public.example/go", headers=(("Authorization", "k"),), content=b"body")
    await street.client.send(call)
    end = street.one.seen[1]
    assert (end.method, end.body, end.headers["authorization"]) == ("GET", b"", "k")


async def test_no_cookie_is_remembered_between_calls(street):
    street.answers["/set"] = reply(b"", set_cookie="a=1")
    await street.client.send(HttpCall("GET", "http://public.example/set"))
    await street.client.send(HttpCall("GET", "http://public.example/x"))
    assert "cookie" not in street.one.seen[1].headers


async def test_proxies_of_the_environment_are_ignored(street, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{street.inner.port}")
    client = GuardedHttp(resolver=names(), network=street.internet)
    await client.send(HttpCall("GET", "http://public.example/"))
    await client.close()
    assert street.inner.seen == []


async def test_a_big_answer_is_stopped_at_the_cap(street):
    street.answers["/big"] = reply(b"x" * 2_000_000)
    with pytest.raises(AnswerTooBig):
        await street.client.send(HttpCall("GET", "http://public.example/big", max_bytes=1_000_000))


async def test_a_gzip_bomb_never_unfolds(street):
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(bytes(10_000_000)) for _ in range(100)) + packer.flush()  # 1 GB in 1 MB
    street.answers["/bomb"] = reply(bomb, content_encoding="gzip")
    start = time.perf_counter()
    with pytest.raises(AnswerTooBig):
        await street.client.send(HttpCall("GET", "http://public.example/bomb"))
    assert time.perf_counter() - start < 20


async def test_packed_answers_are_unpacked_and_strange_packing_is_refused(street):
    street.answers["/zip"] = reply(gzip.compress(b"one ") + gzip.compress(b"two"), content_encoding="gzip")
    street.answers["/br"] = reply(b"xx", content_encoding="br")
    street.answers["/lie"] = reply(b"not gzip at all", content_encoding="gzip")
    assert (await street.client.send(HttpCall("GET", "http://public.example/zip"))).text() == "one two"
    for path in ("/br", "/lie"):
        with pytest.raises(CallFailed):
            await street.client.send(HttpCall("GET", f"http://public.example{path}"))


async def test_a_silent_server_is_given_up_and_the_words_name_no_address(street):
    street.answers["/hang"] = None
    start = time.perf_counter()
    with pytest.raises(CallFailed) as silent:
        await street.client.send(HttpCall("GET", "http://public.example/hang", timeout_seconds=0.3))
    assert time.perf_counter() - start < 20
    del street.internet.hosts[OTHER_PUBLIC_ADDRESS]
    with pytest.raises(CallFailed) as closed:
        await street.client.send(HttpCall("GET", "http://other.example/"))
    for error in (silent, closed):
        said = error.value.message + error.value.hint
        assert not any(
            word in said for word in (PUBLIC_ADDRESS, OTHER_PUBLIC_ADDRESS, "other.example", "port", "refused")
        )


async def test_the_next_address_is_tried_where_the_first_is_dead(street):
    client = GuardedHttp(resolver=Names(two_example=["8.8.4.4", PUBLIC_ADDRESS]), network=street.internet)
    assert (await client.send(HttpCall("GET", "http://two.example/"))).status == 200
    await client.close()


@pytest.mark.parametrize(
    "header",
    [("Host", "x"), ("content-length", "3"), ("X", "a\r\nY: b"), ("X\n", "a"), ("Transfer-Encoding", "chunked")],
)
async def test_headers_that_steer_the_connection_are_refused(street, header):
    with pytest.raises(InvalidInput):
        await street.client.send(HttpCall("GET", "http://public.example/", headers=(header,)))
    assert street.one.seen == []


async def test_a_private_origin_answers_only_where_it_was_named():
    async with web(hello) as inner, web(hello) as neighbour:
        client = GuardedHttp()
        here = Reach(private_origins=frozenset({f"http://127.0.0.1:{inner.port}"}))
        url = f"http://127.0.0.1:{inner.port}/v1"
        assert (await client.send(HttpCall("GET", url), here)).status == 200
        await client.check(url, here)
        with pytest.raises(AddressRefused):
            await client.send(HttpCall("GET", url))
        for other in (
            f"http://127.0.0.1:{neighbour.port}/",
            f"https://127.0.0.1:{inner.port}/",
            f"http://127.0.0.2:{inner.port}",
        ):
            with pytest.raises(AddressRefused):
                await client.send(HttpCall("GET", other), here)
        await client.close()
    assert neighbour.seen == []


@pytest.mark.parametrize("host", EVER_CLOSED)
async def test_metadata_services_stay_closed_to_a_private_provider(street, host: str):
    reach = Reach(private_origins=frozenset({f"http://{host}"}))
    with pytest.raises(AddressRefused):
        await street.client.send(HttpCall("GET", f"http://{host}/"), reach)
    assert street.internet.dialled == []
