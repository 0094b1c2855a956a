"""The actions of STS: AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity.

Follows the AWS Security Token Service API Reference, version 2011-06-15. Keys live by the real time, not by the clock
of the peerings, since the client refreshes them by its own.
"""

import re
import secrets

from .answers import Refusal, timestamp
from .parameters import Shape
from .state import Key

_CHAINED_MOST = 3600


def _denied(call, role):
    who = f"User: {call.key.arn} is" if call.key else "Not"
    return Refusal("AccessDenied", f"{who} not authorized to perform: sts:AssumeRole on resource: {role}"
                   if call.key else "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403)


def _trusts(role, key):
    allowed = {key.account, f"arn:aws:iam::{key.account}:root", key.arn, key.entity}
    return bool(allowed & set(role.trust))


def _session_name(call):
    name = call.parameters.text("RoleSessionName")
    if not re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII):
        raise Refusal("ValidationError", f"Value '{name}' at 'roleSessionName' failed to satisfy constraint")
    return name


def new_session(call, role, name, now):
    """Make the keys of a session of a role, and return them as the answer has them."""
    seconds = call.parameters.number("DurationSeconds", 900, 43200) or 3600
    if call.key and call.key.token and seconds > _CHAINED_MOST:
        raise Refusal("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles "
                      "assumed by role chaining")
    short = role.arn.split("/")[-1]
    key = Key("ASIA" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30), role.account,
              f"arn:aws:sts::{role.account}:assumed-role/{short}/{name}", role.arn,
              secrets.token_urlsafe(90) + "//+=", now + seconds)
    call.state.keys[key.id] = key
    return {
        "AssumedRoleUser": {"AssumedRoleId": f"AROAEXAMPLE:{name}", "Arn": key.arn},
        "Credentials": {"AccessKeyId": key.id, "SecretAccessKey": key.secret, "SessionToken": key.token,
                        "Expiration": timestamp(key.expires)},
    }


def assume_role(call, now):
    """Give the keys of a role to one whom it trusts."""
    arn, name = call.parameters.text("RoleArn"), _session_name(call)
    role = call.state.roles.get(arn)
    if role is None or not _trusts(role, call.key) or not call.state.may(call.key.entity, "AssumeRole"):
        raise _denied(call, arn)
    if role.external_id is not None and call.parameters.text("ExternalId") != role.external_id:
        raise _denied(call, arn)
    return new_session(call, role, name, now)


def assume_role_with_web_identity(call, now):
    """Give the keys of a role to one who shows a token that it trusts; unsigned."""
    arn, name = call.parameters.text("RoleArn"), _session_name(call)
    role, token = call.state.roles.get(arn), call.parameters.text("WebIdentityToken")
    if role is None or not role.web_tokens:
        raise _denied(call, arn)
    if token not in role.web_tokens:
        raise Refusal("InvalidIdentityToken", "No OpenIDConnect provider found in your account for this token")
    answer = new_session(call, role, name, now)
    return {"SubjectFromWebIdentityToken": "system:serviceaccount", **answer}


def get_caller_identity(call, _now):
    """Say who calls; needs no permission."""
    return {"Arn": call.key.arn, "UserId": f"AIDAEXAMPLE{call.key.account}", "Account": call.key.account}


ACTIONS = {
    "AssumeRole": (assume_role, Shape("RoleArn RoleSessionName", "DurationSeconds ExternalId"), True),
    "AssumeRoleWithWebIdentity": (
        assume_role_with_web_identity, Shape("RoleArn RoleSessionName WebIdentityToken", "DurationSeconds"), True),
    "GetCallerIdentity": (get_caller_identity, Shape(), False),
}
UNSIGNED = "AssumeRoleWithWebIdentity"
