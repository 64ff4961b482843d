"""Alibaba's own client, asked from the tests: what it signs, and what it is told by a gateway.

  aliyun_sdk.py sign              reads a JSON array of requests from standard input, and prints one of
                                  {"query", "authorization"}: the canonical query and the header
  aliyun_sdk.py send PORT SECRET  sends a message to 127.0.0.1:PORT and asks for its receipt; prints what it
                                  was told, as {"send": code, "query": code, "status": of the receipt}
"""

import json
import sys
from datetime import datetime, timedelta, timezone

from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest
from alibabacloud_tea_openapi.utils import Utils, get_canonical_query_string
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.exceptions import DaraException
from darabonba.request import DaraRequest
from darabonba.runtime import RuntimeOptions

ALGORITHM = "ACS3-HMAC-SHA256"


def sign(given):
    digest = Utils.hex_encode(Utils.hash(bytes.fromhex(given["body"]), ALGORITHM))
    request = DaraRequest()
    request.method, request.pathname, request.query = given["method"], "/", given["query"]
    request.headers = {
        "host": given["host"],
        "x-acs-action": given["action"],
        "x-acs-version": given["version"],
        "x-acs-date": given["date"],
        "x-acs-signature-nonce": given["nonce"],
        "x-acs-content-sha256": digest,
    }
    authorization = Utils.get_authorization(request, ALGORITHM, digest, given["key_id"], given["secret"])
    return {"query": get_canonical_query_string(given["query"]), "authorization": authorization}


def told(ask):
    """The answer's body, or the code of the exception instead."""
    try:
        return ask().body
    except DaraException as refused:
        return refused.code


def send(port, secret):
    config = Config(
        access_key_id="testId", access_key_secret=secret, endpoint=f"127.0.0.1:{port}", protocol="http"
    )
    client, runtime = Client(config), RuntimeOptions(autoretry=False, no_proxy="127.0.0.1")
    message = SendSmsRequest(
        phone_numbers="13800138000",
        sign_name="阿里云短信测试专用",
        template_code="SMS_71390007",
        template_param='{"code":"123456"}',
        out_id="a b*~/+😀",
    )
    today = datetime.now(timezone(timedelta(hours=8))).strftime("%Y%m%d")
    receipts = QuerySendDetailsRequest(phone_number="13800138000", send_date=today, page_size=50, current_page=1)
    answers = {
        "send": told(lambda: client.send_sms_with_options(message, runtime)),
        "query": told(lambda: client.query_send_details_with_options(receipts, runtime)),
    }
    codes = {name: getattr(answer, "code", answer) for name, answer in answers.items()}
    details = getattr(answers["query"], "sms_send_detail_dtos", None)
    found = [record for record in details.sms_send_detail_dto if record.out_id == message.out_id] if details else []
    return dict(codes, status=found[0].send_status if found else None)


if sys.argv[1] == "sign":
    print(json.dumps([sign(given) for given in json.load(sys.stdin)]))
else:
    print(json.dumps(send(sys.argv[2], sys.argv[3])))
