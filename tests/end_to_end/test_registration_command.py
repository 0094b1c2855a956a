"""`peerwarden registration` on a real API server: what it says of the two configurations, and a webhook made binding without a daemon."""

import json
import subprocess

import pytest

from control_plane import ADMIN, SYSTEM_NAMESPACE, WEBHOOK
from objects import thing
from polling import wait_until
from registration_ground import MUTATING, TYPES, VALIDATING, RegistrationGround, shell
from webhook import program, remove_all

CLEAN, FINDINGS, TROUBLE = range(3)
CONFIG_MAP = thing("v1", "ConfigMap", "peerwarden-registration", namespace=SYSTEM_NAMESPACE)
SHORT = ("--wait", "0s")


@pytest.fixture
def ground(control_plane, new_webhook, tmp_path):
    """A webhook that does not run yet, and no configuration."""
    webhook = new_webhook(control_plane.kubeconfig(WEBHOOK))
    ground = RegistrationGround(control_plane, webhook, tmp_path)
    yield ground
    ground.end()
    remove_all(control_plane.api)
    webhook.stop()


@pytest.fixture
def started(ground):
    """The ground, with the webhook running."""
    ground.webhook.start()
    ground.webhook.wait_for("/readyz", 200)
    return ground


@pytest.fixture
def command(control_plane):
    """A function that runs the command as an administrator, and returns exit status, output and complaint."""
    return as_user(control_plane, ADMIN)


def line(control_plane, user, *arguments):
    """Return a command line."""
    return [program("peerwarden"), "registration", "--kubeconfig", control_plane.kubeconfig(user), *map(str, arguments)]


def as_user(control_plane, user):
    """Return a function that runs the command as a user."""
    def run(*arguments, stdin=None):
        done = subprocess.run(line(control_plane, user, *arguments), input=stdin, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr
    return run


@pytest.fixture
def armed(started, command):
    """The ground, with both configurations binding."""
    started.lay_shells()
    code, printed, _ = command("apply", started.file, "--wait", "60s")
    assert code == CLEAN, printed
    return started


def policies(ground):
    """Return the failurePolicy of both entries."""
    return {ground.entry(kind)["failurePolicy"] for kind in TYPES}


def test_apply_fills_asks_and_arms_once_the_webhook_answers(started, command):
    started.lay_shells()
    code, printed, complaint = command("apply", started.file, "--wait", "60s")
    assert (code, complaint) == (CLEAN, ""), printed
    assert policies(started) == {"Fail"}
    for kind in TYPES:
        said = [row for row in printed.splitlines() if row.startswith(kind)]
        assert said[0] == f"{kind} peerwarden: filled" and said[-1] == f"{kind} peerwarden: armed"


def test_apply_never_arms_what_does_not_answer_and_says_so(ground, command):
    ground.lay_shells()
    code, printed, _ = command("apply", ground.file, *SHORT)
    assert code == FINDINGS
    assert policies(ground) == {"Ignore"}
    assert "ValidatingWebhookConfiguration peerwarden: filled; the webhook does not answer: " in printed


def test_apply_waits_for_a_webhook_that_comes_later(ground, command, control_plane):
    ground.lay_shells()
    with subprocess.Popen(line(control_plane, ADMIN, "apply", ground.file, "--wait", "100s"), stdout=subprocess.PIPE, text=True) as process:
        wait_until(lambda: all(ground.entries(kind) for kind in TYPES), "both are filled")
        ground.webhook.start()
        printed, _ = process.communicate(timeout=100)
    assert process.returncode == CLEAN, printed
    assert policies(ground) == {"Fail"}


def test_apply_reads_standard_input(started, command):
    started.lay_shells()
    code, printed, _ = command("apply", "-", "--wait", "60s", stdin=started.file.read_text())
    assert code == CLEAN, printed


def test_apply_a_second_time_changes_nothing(armed, command):
    before = [armed.live(kind) for kind in TYPES]
    assert command("apply", armed.file)[0] == CLEAN
    assert [armed.live(kind) for kind in TYPES] == before


def test_apply_makes_no_configuration_that_is_not_there(started, command):
    code, printed, _ = command("apply", started.file, *SHORT)
    assert code == FINDINGS
    assert "ValidatingWebhookConfiguration peerwarden: absent; only chart or manifests make it\n" in printed
    assert not any(started.live(kind) for kind in TYPES)


def test_apply_without_the_right_to_write_says_which(started, control_plane):
    started.lay_shells()
    code, printed, _ = as_user(control_plane, WEBHOOK)("apply", started.file, *SHORT)
    assert code == TROUBLE and "forbidden" in printed, printed
    assert not started.entries(VALIDATING)


def test_a_file_that_is_none_is_refused_before_anything_is_asked(command, tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("kind: ConfigMap")
    code, printed, complaint = command("apply", path)
    assert (code, printed) == (TROUBLE, "") and str(path) in complaint


def test_the_probe_says_of_each_whether_it_answers(armed, command):
    assert command("probe") == (CLEAN, "validating: answered\nmutating: answered\n", "")
    armed.webhook.stop()
    code, printed, _ = command("probe")
    assert code == FINDINGS and "mutating: silent\n" in printed and "calling webhook" in printed


def test_a_probe_that_cannot_be_asked_says_why(armed, control_plane):
    config = json.loads(control_plane.kubeconfig(ADMIN).read_text())
    config["users"][0]["user"] = {"token": "nobody's"}
    path = armed.folder / "nobody.kubeconfig"
    path.write_text(json.dumps(config))
    done = subprocess.run([program("peerwarden"), "registration", "probe", "--kubeconfig", path],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == TROUBLE
    assert "validating: impossible\n" in done.stdout and "Unauthorized" in done.stdout, done.stdout


def test_a_status_is_clean_when_all_is_as_wanted(armed, command):
    expected = "".join(f"{kind} peerwarden: armed\n" for kind in (VALIDATING, MUTATING))
    assert command("status", armed.file) == (CLEAN, expected, "")


def test_a_status_goes_by_the_config_map_that_the_daemon_is_given(armed, command):
    code, printed, _ = command("status")
    assert code == CLEAN and "not compared with what is wanted: ConfigMap peerwarden-system/peerwarden-registration" in printed
    armed.want(timeoutSeconds=9)
    armed.api.store({**CONFIG_MAP, "data": {"registration.yaml": armed.file.read_text()}})
    code, printed, _ = command("status", "-o", "json")
    armed.api.delete(CONFIG_MAP)
    assert code == FINDINGS
    for configuration in json.loads(printed)["configurations"]:
        assert "timeoutSeconds" in configuration["differences"]
        assert configuration["state"] == "armed" and configuration["next"] == "amend"


def test_a_status_tells_what_the_webhook_cannot_work_with_and_how_to_put_it_right(armed, command):
    armed.edit(VALIDATING, failurePolicy="Ignore")
    code, printed, _ = command("status", armed.file)
    assert code == FINDINGS
    assert "ValidatingWebhookConfiguration peerwarden: filled, next: arm\n" in printed
    assert "  differs from what is wanted: validate.peerwarden.io: failurePolicy\n" in printed
    assert "  webhooks[0].failurePolicy is Ignore, but has to be Fail" in printed
    assert "kubectl patch" in printed
    assert command("status")[0] == FINDINGS, "also where nobody says what is wanted"
    code, printed, _ = command("status", "-o", "json", armed.file)
    validating = next(each for each in json.loads(printed)["configurations"] if each["kind"] == VALIDATING)
    assert [problem["check"] for problem in validating["problems"]] == ["failure-policy"]
    assert policies(armed) == {"Ignore", "Fail"}, "a status writes nothing"


def test_a_status_of_nothing_says_that_both_are_absent(ground, command):
    code, printed, _ = command("status", ground.file)
    assert (code, printed) == (FINDINGS, "".join(f"{kind} peerwarden: absent\n" for kind in (VALIDATING, MUTATING)))
    assert command("status")[0] == FINDINGS, "also where nobody says what is wanted"


def test_hands_off_is_respected_and_said(started, command):
    started.lay_shells(annotations={"peerwarden.io/registration": "manual"})
    code, printed, _ = command("apply", started.file, *SHORT)
    assert code == CLEAN and "ValidatingWebhookConfiguration peerwarden: manual\n" in printed
    assert not started.entries(VALIDATING)


@pytest.mark.parametrize("arguments", [[], ["apply"], ["apply", "a", "b"], ["probe", "x"], ["fill"], ["status", "--config-map", "a/b"]])
def test_wrong_usage_ends_with_two(command, arguments):
    code, printed, complaint = command(*arguments)
    assert (code, printed) == (TROUBLE, "") and complaint.startswith("peerwarden: ")


def test_the_file_of_the_manifests_is_one(command, control_plane):
    code, printed, complaint = command("status", "manifests/webhook-configurations.yaml")
    assert complaint == "" and code == FINDINGS and printed.count("absent") == len(TYPES)
    assert shell(VALIDATING)["kind"] in printed
