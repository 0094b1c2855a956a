"""Looking at what boto3 raises."""

import contextlib

import pytest
from botocore.exceptions import ClientError


@contextlib.contextmanager
def refused(code, status=400, text=""):
    """Expect that a call is refused with this code, HTTP status, and text in the message."""
    with pytest.raises(ClientError) as caught:
        yield
    error, metadata = caught.value.response["Error"], caught.value.response["ResponseMetadata"]
    assert (error["Code"], metadata["HTTPStatusCode"]) == (code, status), error
    assert text in error["Message"]
    assert metadata["RequestId"]
