"""The daemon's leader makes, renews and replaces the webhook's certificates: no call ever fails of it."""

import pytest

from certificate_ground import APPLY, MARK, NAME, CertificateGround, secret_path
from counting_proxy import AFTER, BEFORE
from event_loop import EventLoop
from key_pairs import Authority
from polling import wait_until
from processes import run

WRITES_OF_A_ROTATION = 7
SHORT = ("--ca-validity=48s", "--certificate-validity=24s")


@pytest.fixture(scope="module")
def ground(control_plane, tmp_path_factory):
    """An installation that was empty when the first daemon came."""
    loop = EventLoop()
    ground = CertificateGround(control_plane, loop, tmp_path_factory.mktemp("certificates"))
    ground.prepare()
    yield ground
    ground.stop()
    loop.stop()


@pytest.fixture(scope="module")
def daemon(ground):
    """The daemon that leads, and the webhook that it made certificates for, in force."""
    daemon = ground.daemon()
    daemon.start_as_leader()
    wait_until(lambda: ground.stored("tls.crt"), "the empty Secret is filled")
    ground.serve()
    ground.register()
    ground.come_into_force()
    ground.wait_until_settled()
    return daemon


@pytest.fixture
def settled(ground, daemon):
    """The daemon, when nothing is on its way and it knows that."""
    if not daemon.server.running:
        daemon.start_as_leader()
    ground.wait_until_settled()
    wait_until(lambda: daemon.status()["certificates"]["why"] == "nothing is due", "the daemon has looked")
    return daemon


def test_the_first_certificates_fill_an_empty_secret(ground, daemon, tmp_path):
    assert ground.secret()["metadata"]["labels"] == {"owner": "chart"}
    assert set(ground.secret()["data"]) == {"ca.crt", "ca.key", "tls.crt", "tls.key"}
    for member in ("ca.crt", "tls.crt"):
        (tmp_path / member).write_text(ground.stored(member))
    leaf = tmp_path / "tls.crt"
    run("openssl", "verify", "-CAfile", tmp_path / "ca.crt", "-purpose", "sslserver", "-verify_ip", "127.0.0.1", leaf)
    assert "prime256v1" in run("openssl", "x509", "-in", leaf, "-noout", "-text")


def test_metrics_and_status_say_when_the_certificates_end(ground, settled):
    def metric(line):
        return next(float(each.split()[-1]) for each in settled.metrics().splitlines() if each.startswith(line))

    part = settled.status()["certificates"]
    assert metric('peerwarden_certificate_expiry_timestamp_seconds{certificate="leaf"}') > 1.7e9
    assert metric('peerwarden_certificate_expiry_timestamp_seconds{certificate="next-ca"}') == 0
    assert metric("peerwarden_certificate_last_look_timestamp_seconds") > 1.7e9
    assert part["leaf"]["renewal"] < part["leaf"]["ends"] < part["ca"]["ends"]
    assert part["problems"] == {}


@pytest.fixture(scope="module")
def undisturbed(ground, daemon):
    """The writes of a rotation that nobody disturbs, with calls all the while."""
    with ground.load():
        before = len(ground.proxy.writes)
        old = ground.retire()
        ground.wait_until_settled(old)
    return ground.proxy.writes[before:]


def test_a_ca_is_replaced_and_no_call_fails(undisturbed):
    assert len(undisturbed) == WRITES_OF_A_ROTATION, undisturbed
    assert [write.split()[0] for write in undisturbed] == ["PUT"] * WRITES_OF_A_ROTATION
    assert sum(NAME in write for write in undisturbed) == 3, "next CA, switch, end of the previous one"


@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_a_rotation_survives_a_kill_at_each_of_its_writes(ground, settled, undisturbed, when):
    with ground.load():
        ground.proxy.hold(1, when)
        old = ground.retire()
        for left in reversed(range(WRITES_OF_A_ROTATION)):
            assert ground.proxy.wait_held(), f"{left} writes before the end the daemon wrote nothing"
            ground.kill(settled)
            ground.proxy.cut()
            if left:
                ground.proxy.hold(2 if when == BEFORE else 1, when)
            settled.start_as_leader()
        ground.wait_until_settled(old)


def test_a_secret_that_was_deleted_comes_back_as_it_was(ground, settled):
    before = ground.secret()["data"]
    with ground.load():
        assert ground.api.delete(ground.secret_object).status == 200
        wait_until(ground.secret, "the Secret is there again")
        ground.wait_until_settled()
    assert ground.secret()["data"] == before


def test_a_damaged_key_is_put_right_and_the_webhook_keeps_the_old_pair(ground, settled):
    def refusals():
        text = ground.webhook.metrics()
        return [line for line in text.splitlines() if line.startswith("peerwarden_tls_reload_failures_total")]

    before = ground.secret()["data"]
    with ground.load():
        settled.pause()
        change = {"data": {"tls.key": "Z2FyYmFnZQ=="}}
        assert ground.api.patch(ground.secret_object, change).status == 200
        known = refusals()
        wait_until(lambda: refusals() != known, "the webhook has seen the broken pair")
        settled.go_on()
        ground.wait_until_settled()
    after = ground.secret()["data"]  # the pair of before, or another of the same CA right after a start
    assert [after[name] for name in ("ca.crt", "ca.key")] == [before[name] for name in ("ca.crt", "ca.key")]


def test_a_bundle_that_was_edited_is_put_right(ground, settled, tmp_path):
    for shell in ground.shells:
        ground.put_bundle(shell, Authority(tmp_path).bundle)
        ground.wait_until_settled()
    done = [line["step"] for line in settled.said("certificates: step done")]
    assert done[-len(ground.shells):] == ["publish"] * len(ground.shells), done
    with ground.load():
        ground.put_bundle(ground.shells[0], ground.stored("ca.crt") + Authority(tmp_path).bundle)
        ground.wait_until_settled()


def test_of_two_daemons_one_rotates_and_the_other_goes_on_when_it_is_killed(ground, settled):
    second = ground.daemon()
    second.start()
    with ground.load():
        before = len(ground.proxy.writes)
        ground.proxy.hold(4, AFTER)
        old = ground.retire()
        assert ground.proxy.wait_held()
        settled.server.kill()
        ground.proxy.cut()
        ground.wait_until_settled(old)
    assert len(ground.proxy.writes) - before == WRITES_OF_A_ROTATION, ground.proxy.writes[before:]
    assert second.leads
    second.stop()


def test_content_that_nobody_knows_any_more_is_replaced_and_certificates_are_renewed_in_time(ground, settled):
    ground.kill(settled)
    old = ground.stored("ca.crt")
    with ground.load():
        assert ground.api.patch(ground.secret_object, {"data": None}).status == 200
        short = ground.daemon(*SHORT)
        short.start_as_leader()
        wait_until(lambda: ground.stored("ca.crt") not in ("", old), "there is another CA", seconds=60)
        seen = set()

        def turned_over():
            seen.add((ground.stored("ca.crt"), ground.stored("tls.crt")))
            return len({ca for ca, _ in seen}) > 1 and len({leaf for _, leaf in seen}) > 3
        wait_until(turned_over, "CA and leaf were renewed for their age", seconds=120, interval=0.5)
    short.stop()


def test_a_secret_is_made_with_the_least_rights_and_never_over_another(ground, settled):
    token = ground.control_plane.kubectl.must(
        "create", "token", "peerwarden-daemon", "--namespace=peerwarden-system").stdout.strip()
    api = type(ground.api)(ground.control_plane.port, ground.control_plane.certificate, token)

    def apply(name, manager, text):
        wanted = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": {"a": text},
                  "metadata": {"name": name, "namespace": "peerwarden-system"}}
        return api.request("PATCH", f"{secret_path(name)}?fieldManager={manager}&dryRun=All", wanted, APPLY)

    settled.pause()
    assert ground.api.delete(ground.secret_object).status == 200
    assert apply(NAME, "one", "YQ==").status == 201
    assert apply("another", "one", "YQ==").status == 403
    assert api.create(ground.secret_object, dry_run=True).status == 403
    ground.api.store({**ground.secret_object, "data": {"a": "YQ=="}})
    assert apply(NAME, "one", "Yg==").status == 409
    assert ground.api.delete(ground.secret_object).status == 200
    settled.go_on()
    ground.wait_until_settled()
    assert MARK not in (ground.secret()["metadata"].get("annotations") or {})
