"""Events that AWS and people send to Lambda functions, and that this one does not accept.

Their fields are those of AWS's documentation, shortened where they repeat.
"""

from api.events import SCHEDULED, Event, http_api_event, rest_api_event
from api.requests import Request

SQS: Event = {
    "Records": [
        {
            "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
            "body": '{"image": "iVBORw0KGgo="}',
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
            "messageAttributes": {},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:my-queue",
            "awsRegion": "us-east-2",
        }
    ]
}

S3: Event = {
    "Records": [
        {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": "us-east-2",
            "eventTime": "2019-09-03T19:37:27.192Z",
            "eventName": "ObjectCreated:Put",
            "requestParameters": {"sourceIPAddress": "205.255.255.255"},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "828aa6fc-f7b5-4305-8584-487c791949c1",
                "bucket": {"name": "scans", "arn": "arn:aws:s3:::scans"},
                "object": {"key": "seven.png", "size": 1305107},
            },
        }
    ]
}

SNS: Event = {
    "Records": [
        {
            "EventVersion": "1.0",
            "EventSource": "aws:sns",
            "EventSubscriptionArn": "arn:aws:sns:us-east-1:123456789012:topic:21be56ed",
            "Sns": {"Type": "Notification", "Message": "seven", "Subject": "digit"},
        }
    ]
}

DYNAMODB: Event = {
    "Records": [
        {
            "eventID": "1",
            "eventVersion": "1.0",
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "dynamodb": {"Keys": {"Id": {"N": "101"}}, "SequenceNumber": "111"},
        }
    ]
}

KINESIS: Event = {
    "Records": [
        {
            "kinesis": {"partitionKey": "1", "data": "SGVsbG8=", "sequenceNumber": "4959"},
            "eventSource": "aws:kinesis",
            "eventName": "aws:kinesis:record",
        }
    ]
}

LAMBDA_AT_EDGE: Event = {
    "Records": [
        {
            "cf": {
                "config": {"distributionId": "EDFDVBD6EXAMPLE", "eventType": "viewer-request"},
                "request": {
                    "clientIp": "203.0.113.178",
                    "headers": {"host": [{"key": "Host", "value": "d123.cloudfront.net"}]},
                    "method": "GET",
                    "querystring": "",
                    "uri": "/health",
                },
            }
        }
    ]
}

WEBSOCKET: Event = {
    "requestContext": {
        "routeKey": "$default",
        "messageId": "KxoM0fnZIAMCJGw=",
        "eventType": "MESSAGE",
        "messageDirection": "IN",
        "stage": "prod",
        "connectedAt": 1591712121301,
        "requestTimeEpoch": 1591712122432,
        "identity": {"sourceIp": "203.0.113.7"},
        "requestId": "Kr2PkFRioAMFkVw=",
        "domainName": "abcdefg.execute-api.us-east-1.amazonaws.com",
        "connectionId": "Kr2PjdLQoAMCJGw=",
        "apiId": "abcdefg",
    },
    "body": '{"action": "predict"}',
    "isBase64Encoded": False,
}

VPC_LATTICE: Event = {
    "version": "2.0",
    "path": "/health",
    "method": "GET",
    "headers": {"host": ["digits.example.com"]},
    "queryStringParameters": {},
    "isBase64Encoded": False,
    "requestContext": {
        "serviceNetworkArn": "arn:aws:vpc-lattice:us-east-1:123456789012:servicenetwork/sn-0bf3",
        "identity": {"sourceVpcArn": "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0b82"},
        "region": "us-east-1",
        "timeEpoch": "1696331543569073",
    },
}

DESTINATION: Event = {
    "version": "1.0",
    "timestamp": "2019-11-14T18:16:05.568Z",
    "requestContext": {
        "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
        "functionArn": "arn:aws:lambda:us-east-2:123456789012:function:my-function:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    },
    "requestPayload": {"ORDER_IDS": ["9e07af03-ce31-4ff3-xmpl-36dce652cb4f"]},
    "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
}

HEALTH = Request(path="/health", method="GET")

UNSUPPORTED_EVENTS: dict[str, object] = {
    "SQS": SQS,
    "S3": S3,
    "SNS": SNS,
    "DynamoDB stream": DYNAMODB,
    "Kinesis": KINESIS,
    "Lambda@Edge": LAMBDA_AT_EDGE,
    "WebSocket": WEBSOCKET,
    "VPC Lattice": VPC_LATTICE,
    "destination of another function": DESTINATION,
    "authorizer of an HTTP API": http_api_event(HEALTH)
    | {"type": "REQUEST", "routeArn": "arn:aws:execute-api:us-east-1:123456789012:abcdefg"},
    "authorizer of a REST API": rest_api_event(HEALTH)
    | {"type": "REQUEST", "methodArn": "arn:aws:execute-api:us-east-1:123456789012:abcdefg"},
    "log subscription": {"awslogs": {"data": "H4sIAAAAAAAAAA=="}},
    "event of another service": SCHEDULED
    | {"source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification"},
    "scheduled event of no scheduler": SCHEDULED | {"source": "my.application"},
    "image": {"image": "iVBORw0KGgo="},
    "test event of the console": {"key1": "value1", "key2": "value2", "key3": "value3"},
    "warm-up that is off": {"warm-up": False},
    "warm-up that is a string": {"warm-up": "true"},
    "null": None,
    "true": True,
    "number": 7,
    "string": "warm up",
    "list": [SCHEDULED],
    "empty object": {},
    "empty list of records": {"Records": []},
    "records are null": {"Records": None},
    "empty context": {"requestContext": {}},
    "context is null": {"requestContext": None, "resource": "/", "httpMethod": "GET"},
    "context is a string": {"version": "2.0", "requestContext": "http"},
    "HTTP is a string": {"version": "2.0", "requestContext": {"http": "GET"}},
    "load balancer is a string": {"requestContext": {"elb": "arn"}},
    "payload version 3.0": http_api_event(HEALTH) | {"version": "3.0"},
}
