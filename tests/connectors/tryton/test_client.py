"""The client's sessions and errors, against answers as Tryton gives them, and once against a real one."""

import msgspec
import pytest

from crossdock.connectors.tryton.client import TrytonClient
from crossdock.connectors.tryton.errors import (
    Busy,
    ConcurrencyConflict,
    NotPermitted,
    ServerFault,
    UserError,
    UserWarning,
)
from crossdock.runtime.ports import NoAnswer, NotSent, Response
from crossdock.simulation.tryton.exchange import carry_out, send
from crossdock.simulation.tryton.provision import (
    ADMINISTRATOR,
    ADMINISTRATOR_PASSWORD,
    CLERK,
    CLERK_PASSWORD,
    Desk,
)


class Server:
    """Logs anybody in; answers calls with what it is given, in turn. A session ends when told."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.calls: list[str] = []
        self.logins = 0
        self.valid = ""

    def __call__(self, request):
        body = msgspec.json.decode(request.body)
        if body["method"] == "common.db.login":
            self.logins += 1
            return answer([7, f"token-{self.logins}", None])
        self.calls.append(body["method"])
        return self.answers.pop(0)


def answer(result: object) -> Response:
    return Response(200, {}, msgspec.json.encode({"id": 1, "result": result}))


def error(*arguments: object) -> Response:
    return Response(200, {}, msgspec.json.encode({"id": 1, "error": arguments}))


EXPIRED = Response(401, {}, b"")


def client() -> TrytonClient:
    return TrytonClient("http://erp.example", "d", "integration", "secret")


def test_one_login_serves_many_calls():
    server, tryton = Server(answer(1), answer(2)), client()
    assert [carry_out(tryton.call("model.x.y"), server) for _ in range(2)] == [1, 2]
    assert server.logins == 1


def test_an_expired_session_is_renewed_and_the_call_repeated_once():
    server, tryton = Server(answer(1), EXPIRED, answer(2)), client()
    assert carry_out(tryton.call("model.x.y"), server) == 1
    assert carry_out(tryton.call("model.x.z"), server) == 2
    assert server.logins == 2
    assert server.calls == ["model.x.y", "model.x.z", "model.x.z"]


def test_a_session_that_is_never_accepted_does_not_go_round_in_circles():
    server = Server(EXPIRED, EXPIRED, EXPIRED)
    with pytest.raises(NotPermitted, match="integration"):
        carry_out(client().call("model.x.y"), server)
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        (error("UserError", ["No stock", "of it", None]), UserError, "No stock of it"),
        (error("UserWarning", ["1f.credit_limit", "Too much", ""]), UserWarning, "Too much"),
        (error("ConcurrencyException", "Record was modified"), ConcurrencyConflict, "modified"),
        (error("LoginException", ["password", "Password?", "password"]), NotPermitted, "log in"),
        (error("KeyError('x')", "traceback"), ServerFault, "KeyError"),
        (Response(503, {}, b"<h1>Unavailable</h1><p>could not obtain  lock</p>"), Busy, "could not obtain lock"),
        (Response(429, {}, b"slow down"), Busy, "slow"),
        (Response(403, {}, b"<p>no</p>"), NotPermitted, "no"),
        (Response(500, {}, b"<p>broken</p>"), ServerFault, "500: broken"),
        (Response(504, {}, b""), NoAnswer, "504"),
        (Response(200, {}, b"<html>"), NoAnswer, "JSON"),
        (Response(200, {}, b"[]"), NoAnswer, "JSON-RPC"),
    ],
)
def test_errors_are_sorted_by_what_to_do_about_them(response, kind, words):
    with pytest.raises(kind, match=words):
        carry_out(client().call("model.x.y"), Server(response))


def test_a_button_that_was_pressed_before_is_no_error():
    draft, posted = answer([{"id": 1, "state": "draft"}]), answer([{"id": 1, "state": "posted"}])
    refused = error("UserError", ['You can not call "post"', "", None])
    server = Server(draft, refused, posted, posted)
    assert carry_out(client().advance("account.invoice", 1, {"draft": "post"}), server) == "posted"


def test_a_button_that_is_refused_where_it_stands_is_an_error():
    draft = answer([{"id": 1, "state": "draft"}])
    server = Server(draft, error("UserError", ["no", "", None]), draft)
    with pytest.raises(UserError, match="no"):
        carry_out(client().advance("account.invoice", 1, {"draft": "post"}), server)


def test_nothing_listens_there():
    with pytest.raises(NotSent, match=r"127\.0\.0\.1:9"):
        carry_out(TrytonClient("http://127.0.0.1:9", "d", "u", "p").login())


@pytest.mark.tryton
def test_a_real_session_that_was_ended_is_renewed(tryton_server):
    tryton = TrytonClient(tryton_server.url, tryton_server.database, CLERK, CLERK_PASSWORD)
    carry_out(tryton.login())
    administrator = Desk(tryton_server.url, tryton_server.database, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)
    # Tryton ends all sessions of a user whose password is set.
    administrator.call("model.res.user.write", [tryton.user_id], {"password": CLERK_PASSWORD})
    ended = tryton.user_id
    assert carry_out(tryton.search_read("currency.currency", [], ["code"], 1))[0]["code"] == "USD"
    assert tryton.user_id == ended


@pytest.mark.tryton
def test_a_wrong_password_is_not_permitted(tryton_server):
    tryton = TrytonClient(tryton_server.url, tryton_server.database, "nobody", "wrong")
    with pytest.raises(NotPermitted):
        carry_out(tryton.login(), send)
