"""For each alert, series for which it fires and series just below that.

A series has one value for each minute, or each `step` of minutes, as promtool writes them. `labels` are those of the alert that fires, without the
severity; `value` is what its texts show of the value.
"""

from dataclasses import dataclass, field

WEBHOOK = 'job="peerwarden-webhook",namespace="system",instance="a"'
OTHER = 'job="peerwarden-webhook",namespace="system",instance="b"'
DAEMON = 'job="peerwarden-daemon",namespace="system",instance="c"'
LEADS = {f'leader_election_master_status{{{DAEMON},name="peerwarden-daemon"}}': "1x200"}
ANOTHER_LEADS = {'leader_election_master_status{namespace="system",instance="d",name="another"}': "1x200"}
SYSTEM = {"namespace": "system"}
CALLED = 'job="apiserver",name="validate.peerwarden.io",type="validating"'
WEEK, DAY = 7 * 86400, 86400


@dataclass
class Case:
    """What makes an alert fire from a minute on, and what does not."""

    fires: dict
    quiet: dict
    at: int
    labels: dict = field(default_factory=lambda: dict(SYSTEM))
    value: str = ""
    quiet_at: int = 0
    step: int = 1


def rising(events, before=100):
    """Return a counter that is there for long and then counts so many events, one each minute."""
    return f"0x{before} 1+1x{events - 1} {events}x100"


CASES = {
    "PeerwardenWebhookAbsent": [
        Case({f"up{{{WEBHOOK}}}": "1x5 0x20", f"up{{{DAEMON}}}": "1x30"},
             {f"up{{{WEBHOOK}}}": "1x5 0x20", f"up{{{OTHER}}}": "1x30"}, at=8,
             labels={}),
        Case({}, {f"up{{{WEBHOOK}}}": "1x20"}, at=2, labels={}),
    ],
    "PeerwardenWebhookAlone": [
        Case({f"up{{{WEBHOOK}}}": "1x30", f"up{{{OTHER}}}": "0x30", f"up{{{DAEMON}}}": "1x30"},
             {f"up{{{WEBHOOK}}}": "1x30", f"up{{{OTHER}}}": "1x30"}, at=15),
    ],
    "PeerwardenNoReplicaDecides": [
        Case({f'peerwarden_mirror_age_seconds{{{WEBHOOK},kind="Vpc"}}': "61x10",
              f'peerwarden_mirror_age_seconds{{{OTHER},kind="Vpc"}}': "5x10",
              f'peerwarden_mirror_age_seconds{{{OTHER},kind="Subnet"}}': "61x10",
              f'peerwarden_mirror_age_seconds{{{DAEMON},kind="Vpc"}}': "5x10"},
             {f'peerwarden_mirror_age_seconds{{{WEBHOOK},kind="Vpc"}}': "61x10",
              f'peerwarden_mirror_age_seconds{{{OTHER},kind="Vpc"}}': "60x10"}, at=2),
        Case({f'peerwarden_mirror_synced{{{WEBHOOK},kind="Vpc"}}': "0x10",
              f'peerwarden_mirror_synced{{{WEBHOOK},kind="Subnet"}}': "1x10",
              f'peerwarden_mirror_synced{{{DAEMON},kind="Vpc"}}': "1x10"},
             {f'peerwarden_mirror_synced{{{WEBHOOK},kind="Vpc"}}': "0x10",
              f'peerwarden_mirror_synced{{{OTHER},kind="Vpc"}}': "1x10"}, at=2),
    ],
    "PeerwardenCallsFail": [
        Case({f'apiserver_admission_webhook_rejection_count{{{CALLED},error_type="calling_webhook_error"}}': "0x20 4x5"},
             {f'apiserver_admission_webhook_rejection_count{{{CALLED},error_type="calling_webhook_error"}}': "0x20 2x5",
              f'apiserver_admission_webhook_rejection_count{{{CALLED},error_type="no_error"}}': "0+9x30",
              'apiserver_admission_webhook_rejection_count{name="others.example.com",error_type="calling_webhook_error"}': "0+9x30"},
             at=21,
             labels={"name": "validate.peerwarden.io"}, value="4"),
    ],
    "PeerwardenPassedUnjudged": [
        Case({f"apiserver_admission_webhook_fail_open_count{{{CALLED}}}": "_x40 1x10"},
             {f"apiserver_admission_webhook_fail_open_count{{{CALLED}}}": "1x60",
              'apiserver_admission_webhook_fail_open_count{name="others.example.com"}': "_x40 1x10"}, at=40,
             labels={"name": "validate.peerwarden.io"}),
        Case({f"apiserver_admission_webhook_fail_open_count{{{CALLED}}}": "3x40 4x10"},
             {f"apiserver_admission_webhook_fail_open_count{{{CALLED}}}": "3x60"}, at=41,
             labels={"name": "validate.peerwarden.io"}),
    ],
    "PeerwardenPutsOff": [
        Case({f'peerwarden_http_rejects_total{{{WEBHOOK},reason="undecided"}}': "0+2.2x40"},
             {f'peerwarden_http_rejects_total{{{WEBHOOK},reason="undecided"}}': "0+2x40",
              f'peerwarden_http_rejects_total{{{WEBHOOK},reason="draining"}}': "0+9x40"}, at=20, quiet_at=30,
             labels={**SYSTEM, "reason": "undecided"}, value="22"),
    ],
    "PeerwardenSlow": [
        Case({f'peerwarden_admission_duration_seconds_bucket{{{WEBHOOK},path="/validate",le="1"}}': "0+9x40",
              f'peerwarden_admission_duration_seconds_bucket{{{WEBHOOK},path="/validate",le="0.25"}}': "0+8x40",
              f'peerwarden_admission_duration_seconds_count{{{WEBHOOK},path="/validate"}}': "0+10x40"},
             {f'peerwarden_admission_duration_seconds_bucket{{{WEBHOOK},path="/validate",le="1"}}': "0+95x40",
              f'peerwarden_admission_duration_seconds_bucket{{{WEBHOOK},path="/validate",le="0.25"}}': "0+80x40",
              f'peerwarden_admission_duration_seconds_count{{{WEBHOOK},path="/validate"}}': "0+100x40",
              f'peerwarden_admission_duration_seconds_bucket{{{WEBHOOK},path="/mutate",le="1"}}': "0+1x40",
              f'peerwarden_admission_duration_seconds_count{{{WEBHOOK},path="/mutate"}}': "0+5x40"}, at=16, quiet_at=30,
             labels={**SYSTEM, "path": "/validate"}, value="10%"),
    ],
    "PeerwardenRestarts": [
        Case({f"process_start_time_seconds{{{DAEMON}}}": "1 2 3 4 5 5x20"},
             {f"process_start_time_seconds{{{DAEMON}}}": "1 2 3 4 4x20",
              'process_start_time_seconds{job="other",instance="d"}': "1+1x20"}, at=4, quiet_at=15,
             labels={**SYSTEM, "job": "peerwarden-daemon", "instance": "c"}, value="4"),
    ],
    "PeerwardenRegistrationWrong": [
        Case({f'peerwarden_registration_problems{{{WEBHOOK},configuration="validating",check="rules"}}': "0 1x20"},
             {f'peerwarden_registration_problems{{{WEBHOOK},configuration="validating",check="rules"}}': "0 1x20"}, at=6,
             labels={**SYSTEM, "configuration": "validating", "check": "rules"}, quiet_at=5),
    ],
    "PeerwardenRegistrationUnknown": [
        Case({f'peerwarden_registration_problems{{{WEBHOOK},configuration="mutating",check="rules"}}': "-1x20"},
             {f'peerwarden_registration_problems{{{WEBHOOK},configuration="mutating",check="rules"}}': "-1x20",
              f'peerwarden_registration_problems{{{WEBHOOK},configuration="mutating",check="exists"}}': "0x20"}, at=10,
             labels={**SYSTEM, "configuration": "mutating"}),
        Case({f'peerwarden_registration_checked_timestamp_seconds{{{WEBHOOK},configuration="mutating"}}': "0x40"},
             {f'peerwarden_registration_checked_timestamp_seconds{{{WEBHOOK},configuration="mutating"}}': "0x40"}, at=21,
             labels={**SYSTEM, "configuration": "mutating"}, quiet_at=20),
    ],
    "PeerwardenRegistrationNotArmed": [
        Case({**LEADS, f'peerwarden_registration_state{{{DAEMON},configuration="validating",state="{state}"}}': "0 1x30"},
             {**LEADS, f'peerwarden_registration_state{{{DAEMON},configuration="validating",state="{state}"}}': "0x5 1x12 0x5",
              f'peerwarden_registration_state{{{DAEMON},configuration="validating",state="armed"}}': "1x30",
              f'peerwarden_registration_state{{{DAEMON},configuration="mutating",state="manual"}}': "1x30"}, at=16,
             labels={**SYSTEM, "configuration": "validating", "state": state})
        for state in ("absent", "empty", "filled")
    ],
    "PeerwardenRegistrationContested": [
        Case({f'peerwarden_registration_writes_total{{{DAEMON},configuration="mutating",action="amend",result="done"}}': rising(12, 60)},
             {f'peerwarden_registration_writes_total{{{DAEMON},configuration="mutating",action="amend",result="done"}}': rising(9, 60),
              f'peerwarden_registration_writes_total{{{DAEMON},configuration="mutating",action="amend",result="failed"}}': rising(12, 60)},
             at=71, quiet_at=80, labels={**SYSTEM, "configuration": "mutating"}, value="11"),
    ],
    "PeerwardenMirrorStale": [
        Case({f'peerwarden_mirror_age_seconds{{{DAEMON},kind="Vpc"}}': "61x10"},
             {f'peerwarden_mirror_age_seconds{{{DAEMON},kind="Vpc"}}': "60x10"}, at=5,
             labels={**SYSTEM, "job": "peerwarden-daemon", "instance": "c", "kind": "Vpc"}),
        Case({f'peerwarden_mirror_synced{{{WEBHOOK},kind="Vpc"}}': "0x10", f'peerwarden_mirror_synced{{{OTHER},kind="Vpc"}}': "1x10"},
             {f'peerwarden_mirror_synced{{{WEBHOOK},kind="Vpc"}}': "0x4 1x10"}, at=5,
             labels={**SYSTEM, "job": "peerwarden-webhook", "instance": "a", "kind": "Vpc"}),
    ],
    "PeerwardenLedgerFails": [
        Case({f'peerwarden_ledger_writes_total{{{WEBHOOK},result="done"}}': "0+8x40",
              f'peerwarden_ledger_writes_total{{{WEBHOOK},result="unknown"}}': "0+1x40"},
             {f'peerwarden_ledger_writes_total{{{WEBHOOK},result="done"}}': "0+9x40",
              f'peerwarden_ledger_writes_total{{{WEBHOOK},result="unknown"}}': "0+1x40"}, at=6, quiet_at=20),
        Case({f"peerwarden_ledger_age_seconds{{{WEBHOOK}}}": "61x10"}, {f"peerwarden_ledger_age_seconds{{{WEBHOOK}}}": "60x10"}, at=5, quiet_at=6),
    ],
    "PeerwardenLedgerPages": [
        Case({f"peerwarden_ledger_pages{{{WEBHOOK}}}": "3x20", f"up{{{WEBHOOK}}}": "1x20", f"up{{{OTHER}}}": "1x20",
              f"up{{{DAEMON}}}": "1x20"},
             {f"peerwarden_ledger_pages{{{WEBHOOK}}}": "2x20", f"up{{{WEBHOOK}}}": "1x20", f"up{{{OTHER}}}": "1x20"}, at=15),
    ],
    "PeerwardenPolicyNotTaken": [
        Case({f"peerwarden_policy_refused{{{DAEMON}}}": "0x10 1x20"},
             {f"peerwarden_policy_refused{{{DAEMON}}}": "0x13 1x20"}, at=16,
             labels={**SYSTEM, "job": "peerwarden-daemon"}),
    ],
    "PeerwardenExemptionExpired": [
        Case({f"peerwarden_policy_expired_exemptions{{{WEBHOOK}}}": "1x70"},
             {f"peerwarden_policy_expired_exemptions{{{WEBHOOK}}}": "0x5 1x70"}, at=60, value="1"),
    ],
    "PeerwardenFindingsCameIn": [
        Case({**LEADS, f'peerwarden_audit_findings{{{DAEMON},rule="cidr-overlap",action="deny"}}': "1x40 3x40"},
             {**LEADS, f'peerwarden_audit_findings{{{DAEMON},rule="cidr-overlap",action="deny"}}': "3x80",
              f'peerwarden_audit_findings{{{DAEMON},rule="route-conflict",action="deny"}}': "0x80",
              f'peerwarden_audit_findings{{{DAEMON},rule="route-conflict",action="warn"}}': "1x40 3x40"}, at=46,
             labels={**SYSTEM, "rule": "cidr-overlap"}, value="2"),
        Case({**LEADS, f'peerwarden_audit_findings{{{DAEMON},rule="cidr-overlap",action="deny"}}': "1x10"},
             {f'peerwarden_audit_findings{{{DAEMON},rule="cidr-overlap",action="deny"}}': "1x10"}, at=5,
             labels={**SYSTEM, "rule": "cidr-overlap"}, value="1"),
    ],
    "PeerwardenLookupsLimited": [
        Case({f'peerwarden_remote_lookups_total{{{WEBHOOK},result="author_limit"}}': "0+1x60"},
             {f'peerwarden_remote_lookups_total{{{WEBHOOK},result="author_limit"}}': "0x10 5x60",
              f'peerwarden_remote_lookups_total{{{WEBHOOK},result="asked"}}': "0+1x60"}, at=31, quiet_at=40,
             labels={**SYSTEM, "result": "author_limit"}),
    ],
    "PeerwardenRightMissing": [
        Case({f'{metric}{{{WEBHOOK},{label}="{value}"}}': "0+0.14x60"},
             {f'{metric}{{{WEBHOOK},{label}="{value}"}}': "0+0.05x60", f'{metric}{{{WEBHOOK},{label}="done"}}': "0+1x60"}, at=26, quiet_at=40,
             labels={**SYSTEM, "job": "peerwarden-webhook"})
        for metric, label, value in (
            ("peerwarden_mirror_restarts_total", "reason", "denied"),
            ("peerwarden_remote_lookups_total", "result", "denied"),
            ("peerwarden_report_writes_total", "result", "denied"),
            ("peerwarden_ledger_writes_total", "result", "refused"),
            ("peerwarden_events_total", "result", "failed"))
    ],
    "PeerwardenCertificateEndsSoon": [
        Case({f"peerwarden_tls_certificate_expiry_timestamp_seconds{{{WEBHOOK}}}": f"{WEEK + 1200 - 1}x60"},
             {f"peerwarden_tls_certificate_expiry_timestamp_seconds{{{WEBHOOK}}}": f"{WEEK + 1200}x60"}, at=35,
             value="6d 23h 44m 59s"),
    ],
    "PeerwardenCertificateEnds": [
        Case({f"peerwarden_tls_certificate_expiry_timestamp_seconds{{{WEBHOOK}}}": f"{DAY + 1200 - 1}x30",
              f"peerwarden_tls_certificate_expiry_timestamp_seconds{{{OTHER}}}": f"{9 * WEEK}x30"},
             {f"peerwarden_tls_certificate_expiry_timestamp_seconds{{{WEBHOOK}}}": f"{DAY + 1200}x30"}, at=25),
    ],
    "PeerwardenCertificateNotTaken": [
        Case({f"peerwarden_tls_pair_refused{{{WEBHOOK}}}": "0x10 1x20"},
             {f"peerwarden_tls_pair_refused{{{WEBHOOK}}}": "0x13 1x20"}, at=16),
    ],
    "PeerwardenCertificateProblem": [
        Case({**LEADS, f'peerwarden_certificate_problems{{{DAEMON},problem="write"}}': "0 1x30"},
             {**LEADS, **ANOTHER_LEADS, f'peerwarden_certificate_problems{{{DAEMON},problem="write"}}': "0x2 1x30",
              'peerwarden_certificate_problems{namespace="system",instance="d",problem="write"}': "1x30"}, at=16,
             labels={**SYSTEM, "problem": "write"}),
    ],
    "PeerwardenRotationStuck": [
        Case({**LEADS, f'peerwarden_certificate_last_look_timestamp_seconds{{{DAEMON}}}': "0x40"},
             {**LEADS, f'peerwarden_certificate_last_look_timestamp_seconds{{{DAEMON}}}': "60x40"}, at=26),
        Case({**LEADS, f'peerwarden_certificate_renewal_timestamp_seconds{{{DAEMON},certificate="leaf"}}': "1x200"},
             {**LEADS, f'peerwarden_certificate_renewal_timestamp_seconds{{{DAEMON},certificate="leaf"}}': "601x200",
              f'peerwarden_certificate_renewal_timestamp_seconds{{{DAEMON},certificate="next-ca"}}': "0x200"}, at=1470, step=10),
    ],
    "PeerwardenSecretEndsSoon": [
        Case({**LEADS, f'peerwarden_certificate_expiry_timestamp_seconds{{{DAEMON},certificate="ca"}}': f"{2 * WEEK + 1199}x60"},
             {**LEADS, f'peerwarden_certificate_expiry_timestamp_seconds{{{DAEMON},certificate="ca"}}': f"{2 * WEEK + 1200}x60",
              f'peerwarden_certificate_expiry_timestamp_seconds{{{DAEMON},certificate="leaf"}}': "0x60",
              f'peerwarden_certificate_expiry_timestamp_seconds{{{DAEMON},certificate="next-ca"}}': "9x60"}, at=35,
             labels={**SYSTEM, "certificate": "ca"}, value="13d 23h 44m 59s"),
    ],
    "PeerwardenNoLeader": [
        Case({f'leader_election_master_status{{{DAEMON},name="peerwarden-daemon"}}': "0x10"},
             {f'leader_election_master_status{{{DAEMON},name="peerwarden-daemon"}}': "0x2 1x10"}, at=5),
        Case({f'leader_election_master_status{{{DAEMON},name="peerwarden-daemon"}}': "1x10",
              'leader_election_master_status{namespace="system",instance="d",name="peerwarden-daemon"}': "1x10"},
             {f'leader_election_master_status{{{DAEMON},name="peerwarden-daemon"}}': "1x10",
              'leader_election_master_status{namespace="system",instance="d",name="peerwarden-daemon"}': "0x10"}, at=5),
        Case({}, LEADS, at=5, labels={"name": "peerwarden-daemon"}),
    ],
    "PeerwardenQueueStuck": [
        Case({f'workqueue_longest_running_processor_seconds{{{DAEMON},name="peering"}}': "0+60x60"},
             {f'workqueue_longest_running_processor_seconds{{{DAEMON},name="peering"}}': "300x60",
              'workqueue_longest_running_processor_seconds{job="another",name="peering"}': "301x60"}, at=16,
             labels={**SYSTEM, "name": "peering"}),
        Case({**LEADS, f'workqueue_depth{{{DAEMON},name="peering"}}': "0x5 1x60"},
             {**LEADS, f'workqueue_depth{{{DAEMON},name="peering"}}': "0x15 1x12 0 1x30",
              'workqueue_depth{job="peerwarden-daemon",namespace="system",instance="d",name="peering"}': "9x60"}, at=31,
             labels={**SYSTEM, "name": "peering"}),
    ],
    "PeerwardenCloudKeysRefused": [
        Case({f'peerwarden_cloud_faults_total{{{DAEMON},class="credentials"}}': "0x20 1x5 2x5 3x40"},
             {f'peerwarden_cloud_faults_total{{{DAEMON},class="credentials"}}': "5x20 6x40",
              f'peerwarden_cloud_faults_total{{{DAEMON},class="back-off"}}': "0+1x60"}, at=37, quiet_at=45),
        Case({f'peerwarden_cloud_lookups_total{{{DAEMON},cloud="aws",result="credentials"}}': "0x20 1x5 2x5 3x40"},
             {f'peerwarden_cloud_lookups_total{{{DAEMON},cloud="aws",result="found"}}': "0+1x60"}, at=37, quiet_at=45),
    ],
    "PeerwardenCloudRightMissing": [
        Case({f'peerwarden_cloud_faults_total{{{DAEMON},class="wait-for-user"}}': "0+0.1x200"},
             {f'peerwarden_cloud_faults_total{{{DAEMON},class="wait-for-user"}}': "5x40 6x200",
              f'peerwarden_cloud_faults_total{{{DAEMON},class="back-off"}}': "0+1x200"}, at=75, quiet_at=95),
        Case({f'peerwarden_cloud_lookups_total{{{DAEMON},cloud="aws",result="wait-for-user"}}': "0+0.1x200"},
             {f'peerwarden_cloud_lookups_total{{{DAEMON},cloud="aws",result="gone"}}': "0+0.1x200"}, at=75, quiet_at=95),
    ],
    "PeerwardenCloudTroubled": [
        Case({f'peerwarden_{name}_requests_total{{{DAEMON},action="look",result="done"}}': "0+3x60",
              f'peerwarden_{name}_requests_total{{{DAEMON},action="look",result="throttled"}}': "0+1x60"},
             {f'peerwarden_{name}_requests_total{{{DAEMON},action="look",result="done"}}': "0+4x60",
              f'peerwarden_{name}_requests_total{{{DAEMON},action="look",result="throttled"}}': "0+1x60",
              f'peerwarden_{name}_requests_total{{{DAEMON},action="look",result="refused"}}': "0+9x60"}, at=16, quiet_at=40,
             labels={**SYSTEM, "cloud": cloud}, value="25%")
        for name, cloud in (("aws", "AWS"), ("gcp", "Google Cloud"), ("azure", "Azure"))
    ],
    "PeerwardenPeeringsFail": [
        Case({f'peerwarden_cloud_faults_total{{{DAEMON},class="permanent"}}': "0+0.2x100"},
             {f'peerwarden_cloud_faults_total{{{DAEMON},class="permanent"}}': "0+0.16x100",
              f'peerwarden_cloud_faults_total{{{DAEMON},class="gone"}}': "0+1x100"}, at=55, quiet_at=80,
             labels={**SYSTEM, "class": "permanent"}, value="6"),
    ],
    "PeerwardenPeeringDrift": [
        Case({**LEADS, f"peerwarden_peering_drift{{{DAEMON}}}": "3x70"},
             {**LEADS, **ANOTHER_LEADS, f"peerwarden_peering_drift{{{DAEMON}}}": "3x30 0 3x70",
              'peerwarden_peering_drift{namespace="system",instance="d"}': "1x100"}, at=60, value="3"),
    ],
    "PeerwardenReportsIncomplete": [
        Case({**LEADS, f'peerwarden_reports{{{DAEMON},state="{state}"}}': "2x30"},
             {**LEADS, f'peerwarden_reports{{{DAEMON},state="{state}"}}': "0x3 2x30",
              f'peerwarden_reports{{{DAEMON},state="wanted"}}': "2x30"}, at=15,
             labels={**SYSTEM, "state": state}, value="2")
        for state in ("left_out", "blocked", "behind")
    ],
}
