"""An S3 service for the tests: moto, which checks each request's signature (AWS Signature Version 4).

Prints {"port", "bucket", "access_key_id", "secret_access_key"}. With an argument it speaks TLS, and writes the
certificate of the authority that vouches for it to the file of that name.
"""

import json
import os
import ssl
import sys
import threading

SETTING_UP = 3
# Requests that are answered before keys are asked for: those that make the user and the key.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = str(SETTING_UP)
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "false"

import boto3  # noqa: E402
from moto.moto_server.werkzeug_app import (  # noqa: E402
    DomainDispatcherApplication,
    create_backend_app,
)
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


def main():
    context, ca = None, None
    if len(sys.argv) > 1:
        import trustme

        ca = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("127.0.0.1").configure_cert(context)
        ca.cert_pem.write_to_path(sys.argv[1])
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=Quiet, ssl_context=context
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = {
        "endpoint_url": f"{'https' if ca else 'http'}://127.0.0.1:{server.port}",
        "region_name": "us-east-1",
        "verify": sys.argv[1] if ca else None,
    }
    iam = boto3.client("iam", aws_access_key_id="first", aws_secret_access_key="first", **here)
    iam.create_user(UserName="shop")
    key = iam.create_access_key(UserName="shop")["AccessKey"]
    allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam.put_user_policy(UserName="shop", PolicyName="all", PolicyDocument=policy)
    identity = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    boto3.client("s3", **identity, **here).create_bucket(Bucket="shop")
    print(json.dumps({"port": server.port, "bucket": "shop", **dict([
        ("access_key_id", key["AccessKeyId"]),
        ("secret_access_key", key["SecretAccessKey"]),
    ])}), flush=True)
    # Whoever started it has ended.
    sys.stdin.read()


main()
