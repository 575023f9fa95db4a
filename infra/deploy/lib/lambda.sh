# Sourced by backend and rollback: how the function is asked for an answer and its alias moved.
# shellcheck shell=bash
# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

picture=$here/seven.png

# is_seven: what comes in is the API's answer to the picture. (jq -e would be content with nothing at all.)
is_seven() { [ "$(jq '.digit == 7 and .verdict == "digit"' 2>/dev/null)" = true ]; }

# A request as a function URL passes it on; the picture is the body.
event() {
    jq -n --arg body "$(base64 <"$picture" | tr -d '\n')" '{
        version: "2.0", rawPath: "/predict", rawQueryString: "",
        headers: {"content-type": "image/png", host: "smoke.test"},
        requestContext: {http: {method: "POST", path: "/predict", protocol: "HTTP/1.1", sourceIp: "192.0.2.1"}},
        body: $body, isBase64Encoded: true
    }'
}

# reads VERSION: whether a version that nobody may have met yet reads the picture.
reads() {
    event >"$work/event.json"
    aws lambda invoke --function-name "$FUNCTION_NAME" --qualifier "$1" \
        --payload "fileb://$work/event.json" "$work/answer.json" >/dev/null || return
    jq -r '.body // empty' "$work/answer.json" | is_seven || {
        echo "It answered: $(head -c 500 "$work/answer.json")" >&2
        return 1
    }
}

# url_reads: whether callers are answered.
url_reads() {
    curl --silent --show-error --fail --max-time 20 --retry 4 --retry-delay 1 --retry-all-errors \
        -H 'Content-Type: image/png' --data-binary "@$picture" "$API_URL/predict" | is_seven
}

# alias_says FIELD
alias_says() {
    aws lambda get-alias --function-name "$FUNCTION_NAME" --name "$FUNCTION_ALIAS" --query "$1" --output text
}

# move VERSION DESCRIPTION: from now on callers reach that version.
move() {
    aws lambda update-alias --function-name "$FUNCTION_NAME" --name "$FUNCTION_ALIAS" \
        --function-version "$1" --description "$2" >/dev/null
}
