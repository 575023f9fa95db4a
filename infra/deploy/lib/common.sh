# Sourced by the scripts in infra/deploy: options, progress messages, error handling, settings.
# shellcheck shell=bash
set -euo pipefail

script=$(cd "$(dirname "$0")" && pwd)/${0##*/}
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
work_dir=$(mktemp -d)
export AWS_PAGER="" # otherwise version 2 of the AWS CLI opens one
settings=infra/terraform/serverless/terraform.tfvars

step_name="Start" hint="" dry_run=false

finish() {
    local status=$?
    rm -rf "$work_dir"
    [ $status = 0 ] || [ -z "$hint" ] || echo "Stopped at: $step_name. $hint" >&2
}
trap finish EXIT

# step NAME HINT: Announce a step; HINT is printed if it fails.
step() {
    step_name=$1 hint=$2
    echo "── $step_name"
}

# fail SENTENCE: Stop with a message that gives the reason and the next thing to do.
fail() {
    hint=""
    echo "$1" >&2
    exit 1
}

# parse_options "$@": Accept --dry-run, and --help, which prints the script's first comment.
parse_options() {
    case ${1-} in
        "") ;;
        --dry-run) dry_run=true ;;
        --help | -h) sed -n '2,/^$/s/^# \{0,1\}//p' "$script" && exit ;;
        *) fail "Unknown option $1; see $0 --help." ;;
    esac
}

# run COMMAND...: Run a command that changes something; with --dry-run, print it instead.
run() {
    if $dry_run; then
        echo "would run: $*"
    else
        "$@"
    fi
}

# require_commands COMMAND...: Stop unless all of them are on the PATH.
require_commands() {
    local command
    for command; do
        command -v "$command" >/dev/null || fail "This needs $command, which is not on the PATH; install it and run this again."
    done
}

# choose_name: Set TF_VAR_name, the prefix of all names, to what the settings say. Terraform itself would prefer
# them to the variable, so that resources of one deployment would get into the state of another.
choose_name() {
    local written=""
    [ ! -e $settings ] || written=$(sed -En 's/^[[:space:]]*name[[:space:]]*=[[:space:]]*"([^"]*)".*/\1/p' $settings)
    export TF_VAR_name=${TF_VAR_name:-${written:-digit-recognizer}}
    [ "${written:-$TF_VAR_name}" = "$TF_VAR_name" ] ||
        fail "This is to be $TF_VAR_name, by TF_VAR_name or STATE_BUCKET, but $settings are those of $written: correct one of them."
}

# find_state_bucket: Set account, STATE_BUCKET and state_bucket_exists, and AWS_REGION to the region of that
# bucket, where everything is deployed.
find_state_bucket() {
    local found location
    export AWS_REGION=${AWS_REGION:-eu-central-1} # for the first deployment
    export AWS_DEFAULT_REGION=$AWS_REGION
    choose_name
    account=$(aws sts get-caller-identity --query Account --output text)
    export STATE_BUCKET=$TF_VAR_name-state-$account
    # Not head-bucket, which also fails if the bucket exists but something else is wrong.
    found=$(aws s3api list-buckets --query "length(Buckets[?Name=='$STATE_BUCKET'])" --output text)
    state_bucket_exists=false
    [ "$found" = 1 ] || return 0
    state_bucket_exists=true
    location=$(aws s3api get-bucket-location --bucket "$STATE_BUCKET" --query LocationConstraint --output text)
    AWS_REGION=${location/#None/us-east-1}
    AWS_DEFAULT_REGION=$AWS_REGION
}

# read_state ROOT: Print a Terraform root's state, which the state bucket holds; {} if it has none.
read_state() {
    local key=$1.tfstate found
    found=$(aws s3api list-objects-v2 --bucket "$STATE_BUCKET" --prefix "$key" \
        --query "length((Contents || \`[]\`)[?Key=='$key'])" --output text) || return
    if [ "$found" = 0 ]; then echo "{}"; else aws s3 cp --quiet "s3://$STATE_BUCKET/$key" -; fi
}

# find_github_provider: Print the ARN of the account's OIDC provider for GitHub; nothing if it has none.
find_github_provider() {
    aws iam list-open-id-connect-providers --output text \
        --query "OpenIDConnectProviderList[?ends_with(Arn, '/token.actions.githubusercontent.com')].Arn"
}

# init_root ROOT: Let Terraform use the state in the state bucket.
init_root() {
    terraform -chdir="infra/terraform/$1" init -input=false -reconfigure \
        -backend-config="bucket=$STATE_BUCKET" -backend-config="region=$AWS_REGION" >/dev/null || {
        # https://github.com/hashicorp/aws-sdk-go-base/issues/1433
        [ -z "$(aws configure get login_session)" ] ||
            echo "You are logged in by aws login, whose credentials Terraform's S3 backend may not know: see Deploy in infra/README.md." >&2
        return 1
    }
}

# load_settings ROOT NAME...: Export variables from the outputs in a root's state, unless they are set
# already, as in workflows.
load_settings() {
    local root=$1 name outputs="" text
    shift
    for name; do
        [ -z "${!name-}" ] || continue
        if [ -z "$outputs" ]; then
            find_state_bucket
            outputs={}
            if $state_bucket_exists; then outputs=$(read_state "$root"); fi
        fi
        text=$(jq -r --arg name "$name" '.outputs.github_variables.value[$name] // empty' <<<"$outputs")
        # Terraform drops outputs when an apply fails half way.
        [ -n "$text" ] || fail "$name is not set, and Terraform has not applied the root $root to its end in this account: set it, or run make deploy."
        export "$name=$text"
    done
    # Version 1 of the AWS CLI knows the region by the longer name only.
    export AWS_DEFAULT_REGION=${AWS_REGION-${AWS_DEFAULT_REGION-}}
}

# require_clean_tree PATH...: Stop if these paths contain uncommitted changes.
require_clean_tree() {
    [ -z "$(git status --porcelain -- "$@")" ] ||
        fail "There are uncommitted changes in: $*. Only commits are deployed: commit or stash the changes first."
}
