"""Tests a server of fluxion against docs/protocol.md, without any code of fluxion.

    python3 conformance.py ADDRESS --read READ_ADDRESS --finished NAME --resumed NAME --live NAME

ADDRESS and READ_ADDRESS are what the server prints; the runs are one that has ended, one with several attempts, and one
that is live and takes commands. The live run is stopped. Every check prints one line; the exit code is 1 if one fails.
Needs pyarrow and websockets.
"""

import argparse
import json
import socket
import sys
import time
import traceback
import urllib.error
import urllib.request
from urllib.parse import parse_qs, quote, urlsplit

import pyarrow as pa
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

PROTOCOL = "v1.fluxion"
PATIENCE = 60
END_OF_STREAM = bytes.fromhex("ffffffff00000000")


class Address:
    def __init__(self, text):
        parts = urlsplit(text)
        self.host, self.port = parts.hostname, parts.port
        self.token = parse_qs(parts.query)["token"][0]

    def http(self, path, token=None, headers={}, **query):
        """Returns status and body."""
        parameters = "&".join(f"{key}={quote(str(value))}" for key, value in query.items())
        request = urllib.request.Request(f"http://{self.host}:{self.port}{path}?{parameters}", headers={
            "Authorization": f"Bearer {token or self.token}", **headers})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


class Client:
    """One connection."""

    def __init__(self, address, token=None, bearer=False, path="/stream", host=None, protocols=(PROTOCOL,), origin=None):
        token = token or address.token
        query = "" if bearer else f"?token={quote(token)}"
        headers = {"Authorization": f"Bearer {token}"} if bearer else {}
        raw = socket.create_connection((address.host, address.port), timeout=PATIENCE)
        self.socket = connect(
            f"ws://{host or f'{address.host}:{address.port}'}{path}{query}", sock=raw, origin=origin, compression=None,
            subprotocols=list(protocols) or None, additional_headers=headers, max_size=None, proxy=None).__enter__()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, **message):
        self.socket.send(json.dumps(message))

    def receive(self):
        """The next message: a dictionary, or the bytes of rows."""
        message = self.socket.recv(timeout=PATIENCE)
        if isinstance(message, bytes):
            return message
        value = json.loads(message)
        assert isinstance(value, dict) and len(value) == 1, f"not an object with one key: {message[:200]}"
        return value

    def until(self, key, take=lambda message: True):
        """Reads up to the first message of this kind; returns its content, and the rows before it."""
        frames, others = [], []
        while True:
            message = self.receive()
            if isinstance(message, bytes):
                frames.append(message)
            elif key in message and take(message[key]):
                self.others = others
                return message[key], frames
            else:
                others.append(message)

    def subscribe(self, run, **wanted):
        """Subscribes; returns `subscribed`."""
        self.send(subscribe={"run": run, **wanted})
        return self.until("subscribed")[0]

    def history(self, run, **wanted):
        """Subscribes and returns all rows of history as a list of tables."""
        self.subscribe(run, **wanted)
        self.reached, frames = self.until("live")
        return [read_frame(frame) for frame in frames]

    def command(self, run, id, **command):
        self.send(command={"run": run, "id": id, **command})
        reply, _ = self.until("reply", lambda reply: reply.get("id") == id)
        assert reply["run"] == run, reply
        return reply["outcome"]

    def run(self, name):
        """What the list of runs says of one; only for the first message of a connection."""
        return next(run for run in self.until("runs")[0] if run["name"] == name)

    def closing(self):
        """Reads to the end; returns the close code and the last `error`."""
        error = None
        try:
            while True:
                message = self.receive()
                if isinstance(message, dict):
                    assert error is None, f"{message} after an error"
                    error = message.get("error")
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006, error


def read_frame(frame):
    table = pa.ipc.open_stream(frame).read_all()
    assert frame.endswith(END_OF_STREAM), "a frame without the end-of-stream marker"
    table.validate(full=True)
    return table


def pairs(tables):
    """(attempt, step) of all rows."""
    return [pair for table in tables for pair in zip(table["attempt"].to_pylist(), table["step"].to_pylist())]


def check_refusals(address, options):
    """what is wrong before the handshake gets an HTTP status"""
    for status, wrong in [(403, {"host": "evil.example"}), (404, {"path": "/other"}), (400, {"protocols": ["v2.other"]}),
                          (400, {"path": "/stream?a=1&a=2&x="}), (414, {"path": f"/{'a' * 9000}"})]:
        try:
            with Client(address, bearer="path" in wrong, **wrong):
                raise AssertionError(f"{wrong} is let in")
        except InvalidStatus as refused:
            assert refused.response.status_code == status, (wrong, refused.response)
            assert json.loads(refused.response.body)["error"]["message"]


def check_strangers(address, options):
    """a wrong token and a wrong origin are told by a close code, without a message"""
    for code, wrong in [(4401, {"token": "wrong-token"}), (4403, {"origin": "http://evil.example"}), (4403, {"origin": "null"})]:
        with Client(address, **wrong) as client:
            assert client.closing() == (code, None), wrong


def check_connecting(address, options):
    """token in the address or as bearer; subprotocol or none; runs come first"""
    for way in [{}, {"bearer": True}, {"protocols": []}, {"protocols": ["v2.other", PROTOCOL]},
                {"origin": f"http://{address.host}:{address.port}"}]:
        with Client(address, **way) as client:
            first = client.receive()
            assert client.socket.subprotocol == (None if way.get("protocols") == [] else PROTOCOL)
            for run in first["runs"]:
                missing = {"name", "attempt", "attempts", "live", "paused", "steerable", "opened", "columns", "settings"} - set(run)
                assert not missing, missing
                assert run["live"] or set(run["ending"]) <= {"status", "message", "step"}
                assert all("meaning" in column for column in run["columns"].values())
                assert all("value" in setting for setting in run["settings"].values())
                assert run["attempts"][-1]["attempt"] == run["attempt"]


def check_frames(address, options):
    """frames: all rows in order, then live, then ended; the columns of the page"""
    with Client(address) as client:
        info = client.run(options.finished)
        tables = client.history(options.finished)
        rows = pairs(tables)
        assert rows == sorted(set(rows)) and client.reached == {"run": options.finished, "step": rows[-1][1]}
        ended, more = client.until("ended")
        assert ended == {"run": options.finished, "ending": info["ending"]} and not more
        schema = tables[0].schema
        own = list(info["columns"])
        assert schema.names == ["run", "attempt", "step", "seconds", "status", "evaluations", "products", "value",
                                "squaredFieldNorm", "stepSize", "commands", *own, "point"], schema.names
        kinds = {"number": pa.float64(), "category": pa.string(), "vector": pa.list_(pa.float64())}
        expected = {"run": pa.string(), "attempt": pa.int32(), "status": pa.string(), "commands": pa.string(),
                    "point": kinds["vector"], **{name: kinds[c.get("kind", "number")] for name, c in info["columns"].items()}}
        for field in schema:
            assert field.type == expected.get(field.name, pa.float64()), field
            assert field.nullable == (field.name in {"commands", "point", *own}), field
            assert b"meaning" in field.metadata
        assert json.loads(schema.metadata[b"fluxion.run"])["columns"] == info["columns"]
        assert int(schema.metadata[b"fluxion.pointsEvery"]) >= 0
        statuses = [status for table in tables for status in table["status"].to_pylist()]
        assert set(statuses[:-1]) == {"running"} and statuses[-1] == info["ending"]["status"]


def check_parts(address, options):
    """columns and fromStep; a second subscribe replaces the first; unsubscribe"""
    with Client(address) as client:
        steps = [step for _, step in pairs(client.history(options.finished))]
        middle = int(steps[len(steps) // 2])
        subscribed = client.subscribe(options.finished, columns=["value", "attempt"], fromStep=middle)
        assert subscribed == {"run": options.finished, "columns": ["value", "attempt"], "fromStep": middle, "framing": "frames",
                              "scale": "linear", "preview": False, "whenSlow": "thin", "rows": subscribed["rows"],
                              "attempt": subscribed["attempt"]}, subscribed
        _, frames = client.until("live")
        tables = [read_frame(frame) for frame in frames]
        assert all(table.schema.names == ["attempt", "step", "value"] for table in tables)
        assert [step for _, step in pairs(tables)] == [step for step in steps if step >= middle]
        # Nobody waits for the first of these.
        client.send(subscribe={"run": options.finished})
        client.send(subscribe={"run": options.finished, "fromStep": middle})
        client.until("subscribed", lambda content: content["fromStep"] == middle)
        assert [step for _, step in pairs(map(read_frame, client.until("live")[1]))][0] == middle
        client.send(unsubscribe={})
        client.send(acknowledge={})
        assert client.history(options.finished, fromStep=int(steps[-1]) + 1) == [] and "step" not in client.reached


def check_thinning(address, options):
    """points: sent and rows are told; the last row and the extremes are kept"""
    with Client(address) as client:
        whole = pa.concat_tables(client.history(options.finished))
        steps, squares = whole["step"].to_pylist(), whole["squaredFieldNorm"].to_pylist()
        for scale in ["linear", "log"]:
            client.subscribe(options.finished, points=200, scale=scale)
            thinned, before = client.until("thinned")
            _, frames = client.until("live")
            rows = pa.concat_tables([read_frame(frame) for frame in frames])
            assert not before and thinned["sent"] == rows.num_rows < len(steps) == thinned["rows"], thinned
            assert (thinned["fromStep"], thinned["toStep"]) == (steps[0], steps[-1]) and "read" not in thinned
            assert rows["step"].to_pylist()[-1] == steps[-1]
            assert {min(squares), max(squares)} <= set(rows["squaredFieldNorm"].to_pylist())


def check_continuous(address, options):
    """continuous: a schema, then batches; a marker and a new schema where columns change, and a marker before ended"""
    for name in [options.finished, options.resumed]:
        with Client(address) as client:
            expected = pairs(client.history(name))
            client.subscribe(name, framing="continuous")
            _, frames = client.until("ended")
            streams, current = [], []
            for frame in frames:
                current.append(frame)
                if frame == END_OF_STREAM:
                    streams.append(pa.ipc.open_stream(b"".join(current)).read_all())
                    current = []
            assert not current and pairs(streams) == expected
            assert len(streams) == (1 if name == options.finished else 2), len(streams)


def check_attempts(address, options):
    """attempts come merged: a newer one replaces older rows from its first step on"""
    with Client(address) as client:
        info = client.run(options.resumed)
        rows = pairs(client.history(options.resumed))
        steps = [step for _, step in rows]
        assert rows == sorted(rows) and steps == sorted(set(steps)), rows
        assert [attempt for attempt, _ in rows][-1] == info["attempt"] > rows[0][0]
        assert client.subscribe(options.resumed)["attempt"] == info["attempt"]


def check_mistakes(address, options):
    """what the server does not understand ends the connection with an error and 4400, 4404 or 1009"""
    name = options.finished
    subscribe = lambda **wanted: json.dumps({"subscribe": {"run": name, **wanted}})
    command = lambda **command: json.dumps({"command": {"run": name, **command}})
    for text in [
        b"\x00", "{", "[]", "{}", '{"hello": {}}', '{"unsubscribe": {}, "acknowledge": {}}', '{"unsubscribe": {"a": 1}}',
        '{"subscribe": {}}', subscribe(colour="red"), subscribe(fromStep=-1), subscribe(fromStep=0.5), subscribe(points=15),
        subscribe(points=1_000_001), subscribe(framing="lines"), subscribe(scale="cubic"), subscribe(whenSlow="never"),
        subscribe(maxRate=0), subscribe(preview="yes"), subscribe(columns=[]), subscribe(columns=["noSuchColumn"]),
        subscribe(columns=["value"] * 1025), json.dumps({"subscribe": {"run": "a" * 513}}), command(type="explode"),
        command(type="set", setting="a"), command(type="step", count=0), command(type="step", count=10**9 + 1),
        command(type="pause", id="a" * 65), command(type="pause", count=1),
    ]:
        with Client(address) as client:
            client.socket.send(text)
            code, error = client.closing()
            assert code == 4400 and error["code"] == "ERR_MESSAGE" and error["message"], (text, code, error)
    for message in [{"subscribe": {"run": "no such run"}}, {"command": {"run": "no such run", "type": "pause"}}]:
        with Client(address) as client:
            client.send(**message)
            code, error = client.closing()
            assert code == 4404 and error["code"] == "ERR_RUN_UNKNOWN", (code, error)
    with Client(address) as client:
        client.socket.send(json.dumps({"acknowledge": {}}) + " " * 65536)
        assert client.closing() == (1009, None)
    with Client(address) as client:
        try:
            for _ in range(1000):
                client.send(acknowledge={})
        except ConnectionClosed:
            pass
        assert client.closing()[0] == 4400


def check_steering(address, options):
    """commands are answered once, with their step or why they were refused; runs show what they changed"""
    name = options.live
    with Client(address) as client:
        info = client.run(name)
        assert info["live"] and info["steerable"] and not info["paused"], info
        paused = client.command(name, 1, type="pause")
        assert paused["type"] == "pause" and "refused" not in paused, paused
        client.socket.ping()
        assert client.command(name, "a word", type="step", count=3)["count"] == 3
        setting, value = next((key, s["value"]) for key, s in info["settings"].items() if s["value"])
        changed = client.command(name, 2, type="set", setting=setting, value=value / 2)
        assert (changed["setting"], changed["value"]) == (setting, value / 2) and "refused" not in changed, changed
        assert client.command(name, 3, type="set", setting="no such setting", value=1)["refused"]
        with Client(address) as other:
            shown = other.run(name)
            assert shown["paused"] and shown["settings"][setting]["value"] == value / 2, shown
        with Client(Address(options.read)) as reader:
            assert reader.run(name)["steerable"] is False
            assert "reading only" in reader.command(name, 1, type="resume")["refused"]
        assert "refused" not in client.command(name, 4, type="resume")
        assert client.command(options.finished, 5, type="pause")["refused"]
        # Rows tell which commands took effect, once they are written.
        end = time.monotonic() + PATIENCE
        while True:
            taken = [json.loads(text) for table in client.history(name, columns=["commands"]) for text in table["commands"].to_pylist() if text]
            if any(c["type"] == "set" and c["setting"] == setting and c["step"] == changed["step"] for row in taken for c in row):
                break
            assert time.monotonic() < end, taken
            time.sleep(0.1)


def check_reconnecting(address, options):
    """a client that is cut off again and again, and subscribes from the next step, gets every row once"""
    rows = []
    for _ in range(4):
        with Client(address) as client:
            subscribed = client.subscribe(options.live, columns=["attempt"], whenSlow="wait", fromStep=int(rows[-1][1]) + 1 if rows else 0)
            assert not rows or subscribed["attempt"] == rows[-1][0]
            wanted = len(rows) + 200
            while len(rows) < wanted:
                message = client.receive()
                if isinstance(message, bytes):
                    rows += pairs([read_frame(message)])
            client.socket.socket.shutdown(socket.SHUT_RDWR)
    assert [step for _, step in rows] == list(range(len(rows))), rows[:5]


def check_end(address, options):
    """stop ends the run: its last rows, ended, and no more commands; heartbeats go on"""
    with Client(address) as client:
        client.subscribe(options.live, columns=["status"])
        client.until("live")
        outcome = client.command(options.live, 9, type="stop")
        ended, frames = client.until("ended")
        assert ended["ending"]["status"] == "stopped" and "refused" not in outcome, (ended, outcome)
        assert client.command(options.live, 10, type="pause")["refused"]
        beat, _ = client.until("heartbeat")
        assert abs(beat["time"] / 1000 - time.time()) < 3600
        assert pairs(client.history(options.live))[-1][1] >= outcome["step"]


def check_http(address, options):
    """the same rows by HTTP; bounds, files, ranges, refusals"""
    with Client(address) as client:
        whole = pa.concat_tables(client.history(options.finished))
    info = next(run for run in json.loads(address.http("/runs")[1])["runs"] if run["name"] == options.finished)
    path = f"/runs/{quote(options.finished)}"
    rows = lambda **query: pa.ipc.open_stream(address.http(f"{path}/rows", **query)[1]).read_all()
    steps = whole["step"].to_pylist()
    assert rows().equals(whole)
    assert rows(fromStep=3, toStep=7, columns="value")["step"].to_pylist() == [s for s in steps if 3 <= s <= 7]
    assert rows(last=4)["step"].to_pylist() == steps[-4:]
    assert 0 < rows(points=100, scale="log").num_rows < len(steps)
    status, file = address.http(f"{path}/{info['attempts'][-1]['file']}")
    assert status == 200 and pa.ipc.open_stream(file).read_all()["step"].to_pylist()[-1] == steps[-1]
    assert address.http(f"{path}/{info['attempts'][-1]['file']}", headers={"Range": "bytes=8-15"}) == (206, file[8:16])
    assert address.http(f"{path}/{info['attempts'][-1]['file']}", headers={"Range": f"bytes={len(file)}-"})[0] == 416
    for expected, asked in [(401, {"path": "/runs", "token": "wrong-token"}), (404, {"path": "/runs/none/rows"}),
                            (403, {"path": "/runs", "headers": {"Host": "evil.example"}}),
                            (403, {"path": "/runs", "headers": {"Origin": "http://evil.example"}}),
                            (400, {"path": f"{path}/rows", "points": 3}), (400, {"path": f"{path}/rows", "columns": "none"})]:
        status, body = address.http(**asked)
        assert status == expected and json.loads(body)["error"]["message"], (asked, status)


def check_lists(address, options):
    """a brief list, no list, one run alone, and ends of many runs"""
    runs = json.loads(address.http("/runs")[1])["runs"]
    names = [run["name"] for run in runs]
    for run in runs:
        assert "columns" in run or run["like"] in names[:names.index(run["name"])], run
    status, body = address.http(f"/runs/{quote(options.finished, safe='')}")
    assert status == 200 and json.loads(body)["run"]["columns"], body
    place = names.index(options.finished)
    [end] = json.loads(address.http("/ends", **{"from": place, "to": place + 1})[1])["ends"]
    assert end["run"] == options.finished and end["rows"][-1]["step"] == 19_999 and len(end["rows"]) == 2, end
    assert address.http("/ends", **{"from": "x"})[0] == 400


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    for name in ["read", "finished", "resumed", "live"]:
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    failed = 0
    for name, check in [(name, check) for name, check in globals().items() if name.startswith("check_")]:
        try:
            check(Address(options.address), options)
            print(f"ok   {check.__doc__}", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL {check.__doc__}\n{traceback.format_exc()}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
