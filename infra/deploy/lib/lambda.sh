# Sourced by release and rollback: smoke tests of the function, and its alias.
# shellcheck shell=bash
# shellcheck source=infra/deploy/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

smoke_test_image=tests/seven.png

# is_expected_response: Succeed if standard input is the API's response to the image. (jq -e would also
# succeed on empty input.)
is_expected_response() { [ "$(jq '.digit == 7 and .verdict == "digit"' 2>/dev/null)" = true ]; }

# smoke_test_event: Print the event that a function URL sends for a POST of the image to /predict.
smoke_test_event() {
    jq -n --arg body "$(base64 <"$smoke_test_image" | tr -d '\n')" '{
        version: "2.0", rawPath: "/predict", rawQueryString: "",
        headers: {"content-type": "image/png", host: "smoke.test"},
        requestContext: {http: {method: "POST", path: "/predict", protocol: "HTTP/1.1", sourceIp: "192.0.2.1"}},
        body: $body, isBase64Encoded: true
    }'
}

# invoke_version VERSION: Send the event to a version, whether or not the alias points at it.
invoke_version() {
    aws lambda invoke --function-name "$FUNCTION_NAME" --qualifier "$1" \
        --payload "fileb://$work_dir/event.json" "$work_dir/response.json" >/dev/null
}

# smoke_test_version VERSION: Test a version. It cannot be invoked while it is new, nor when nobody has
# called it for weeks; in that case, the failed invocation activates it.
smoke_test_version() {
    smoke_test_event >"$work_dir/event.json"
    invoke_version "$1" 2>/dev/null || {
        aws lambda wait published-version-active --function-name "$FUNCTION_NAME" --qualifier "$1" && invoke_version "$1"
    } || return
    jq -r '.body // empty' "$work_dir/response.json" | is_expected_response || {
        echo "Unexpected response: $(head -c 500 "$work_dir/response.json")" >&2
        return 1
    }
}

# smoke_test_url: Send the image through CloudFront, as the page does. If the function's URL is not public,
# CloudFront needs the digest.
smoke_test_url() {
    local digest
    digest=$(openssl dgst -sha256 -r "$smoke_test_image" | cut -d " " -f 1)
    curl --silent --show-error --fail --max-time 20 --retry 4 --retry-delay 1 --retry-all-errors \
        -H 'Content-Type: image/png' -H "x-amz-content-sha256: $digest" --data-binary "@$smoke_test_image" "$PAGE_URL/predict" | is_expected_response
}

# get_alias FIELD: Print a field of the alias, such as FunctionVersion.
get_alias() {
    aws lambda get-alias --function-name "$FUNCTION_NAME" --name "$FUNCTION_ALIAS" --query "$1" --output text
}

# tag_image VERSION: Tag a version's image as released, so that it does not expire with those that are not.
tag_image() {
    local uri repository digest tag tagged image
    uri=$(aws lambda get-function --function-name "$FUNCTION_NAME" --qualifier "$1" --query Code.ResolvedImageUri --output text)
    digest=${uri#*@} repository=${uri%@*}
    repository=${repository#*/}
    tag=released-${digest#sha256:} # not the commit, because another one can release the same image, and tags are immutable
    tagged=$(aws ecr batch-get-image --repository-name "$repository" --image-ids "imageTag=$tag" --query 'length(images)' --output text)
    [ "$tagged" = 0 ] || return 0
    image=$(aws ecr batch-get-image --repository-name "$repository" --image-ids "imageDigest=$digest" --output json |
        jq '.images[0] | {repositoryName, imageManifest, imageManifestMediaType}')
    aws ecr put-image --image-tag "$tag" --cli-input-json "$image" >/dev/null
}

# point_alias_at VERSION DESCRIPTION: Send all callers to that version.
point_alias_at() {
    # Lambda keeps weights that somebody has set, and rejects one for the alias's own version.
    aws lambda update-alias --function-name "$FUNCTION_NAME" --name "$FUNCTION_ALIAS" --function-version "$1" \
        --description "$2" --routing-config 'AdditionalVersionWeights={}' >/dev/null
}

# delete_old_versions: Delete all versions but those that an alias points at, with a weight or without, and the
# one at the end of the alias's description, to roll back to. With SnapStart, each that exists costs money.
delete_old_versions() {
    local versions aliases description old version
    versions=$(aws lambda list-versions-by-function --function-name "$FUNCTION_NAME" --query 'Versions[].Version' --output json)
    aliases=$(aws lambda list-aliases --function-name "$FUNCTION_NAME" --output json)
    description=$(get_alias Description)
    old=$(jq -r --argjson versions "$versions" --arg previous "${description##* }" '
        $versions - ["$LATEST", $previous, (.Aliases[] | .FunctionVersion, (.RoutingConfig.AdditionalVersionWeights // {} | keys[]))]
        | .[]' <<<"$aliases")
    for version in $old; do
        aws lambda delete-function --function-name "$FUNCTION_NAME" --qualifier "$version" 2>"$work_dir/error" >/dev/null ||
            grep -q ResourceNotFoundException "$work_dir/error" || {
            cat "$work_dir/error" >&2
            return 1
        }
    done
}
