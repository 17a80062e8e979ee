"""Processes of ``civic up``: what is in the way is said, and nothing outlives it."""

from __future__ import annotations

import os
import signal
import socket
import sys

import pytest

import civic.services
from civic.errors import CivicError
from civic.services import HOST, choose_port, port_is_free
from dagster_project import services
from dagster_project.instance import prepare_instance, service_logs
from dagster_project.services import USUAL_PORT, up_alone


@pytest.fixture
def taken():
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_port_asked_for_and_taken_is_refused(taken):
    with pytest.raises(CivicError, match=f"Port {taken} is taken") as raised:
        choose_port(taken, USUAL_PORT)
    assert "--port" in raised.value.remedy


def test_where_the_usual_port_is_taken_a_free_one_is_found(taken):
    assert port_is_free(choose_port(None, taken))


def test_a_second_one_for_the_same_home_is_refused(settings):
    prepare_instance(settings)
    with up_alone(settings), pytest.raises(CivicError, match="running already"), up_alone(settings):
        pass
    with up_alone(settings):
        pass


def _python(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", program, *arguments]


STARTS_ANOTHER = """
import subprocess, sys
other = "import signal, sys; f = open(sys.argv[1], 'w'); signal.pause()"
subprocess.run([sys.executable, "-c", other, sys.argv[1]])
"""
HEARS_NOTHING = """
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
f = open(sys.argv[1], "w")
signal.pause()
"""


@pytest.mark.parametrize("program", [STARTS_ANOTHER, HEARS_NOTHING])
def test_nothing_outlives_it(settings, tmp_path, monkeypatch, program):
    """Opening the pipe waits for the process to hold it; its end is seen when nobody does."""
    pipe = tmp_path / "held"
    os.mkfifo(pipe)
    prepare_instance(settings)
    monkeypatch.setattr(civic.services, "_PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(services, "_commands", lambda *_: {"web": _python(program, str(pipe))})
    with services.services(settings, 0), pipe.open() as held:
        pass
    with services.services(settings, 0) as (service,):
        held = pipe.open()
    assert held.read() == ""
    held.close()
    assert service.process.returncode in (-signal.SIGTERM, -signal.SIGKILL)


def test_what_a_service_said_before_it_ended_is_shown(settings, monkeypatch):
    prepare_instance(settings)
    program = _python("import sys; sys.exit('the address is in use')")
    monkeypatch.setattr(services, "_commands", lambda *_: {"webserver": program})
    with services.services(settings, 0) as (service,):
        service.process.wait()
        with pytest.raises(CivicError, match=r"webserver has ended.*the address is in use") as told:
            service.demand_alive()
    assert str(service_logs(settings) / "webserver.log") in told.value.remedy


def test_everything_listens_on_this_machine_only(tmp_path):
    commands = services._commands(tmp_path, 4321)
    web = commands["webserver"]
    assert web[web.index("--host") + 1] == "127.0.0.1"
    assert web[web.index("--port") + 1] == "4321"
    assert "--socket" in commands["code_server"] and "--port" not in commands["code_server"]
