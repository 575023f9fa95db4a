# Sourced by the scripts in infra/deploy: options, progress messages, error handling, settings.
# shellcheck shell=bash
set -euo pipefail

script=$(cd "$(dirname "$0")" && pwd)/${0##*/}
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
work_dir=$(mktemp -d)
export AWS_PAGER="" # otherwise version 2 of the AWS CLI opens one

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

# terraform_outputs ROOT: Print the root's output github_variables as JSON; fail if it has none.
terraform_outputs() { terraform -chdir="infra/terraform/$1" output -json github_variables 2>/dev/null; }

# load_settings ROOT NAME...: Export variables from Terraform's outputs unless they are set already,
# as in workflows.
load_settings() {
    local root=$1 name outputs=""
    shift
    for name; do
        [ -z "${!name-}" ] || continue
        [ -n "$outputs" ] || outputs=$(terraform_outputs "$root") ||
            fail "$name is not set, and the Terraform root $root has no outputs here: set it, or start with make deploy."
        printf -v "$name" %s "$(jq -er --arg name "$name" '.[$name]' <<<"$outputs")"
        export "${name?}"
    done
    # Version 1 of the AWS CLI knows the region by the longer name only.
    export AWS_DEFAULT_REGION=${AWS_REGION-${AWS_DEFAULT_REGION-}}
}

# require_clean_tree PATH...: Stop if these paths contain uncommitted changes.
require_clean_tree() {
    [ -z "$(git status --porcelain -- "$@")" ] ||
        fail "There are uncommitted changes in: $*. Only commits are deployed: commit or stash the changes first."
}
