# Sourced by the scripts beside it: how they take options, say what they do, and stop.
# shellcheck shell=bash
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
work=$(mktemp -d)
export AWS_PAGER="" # version 2 of the AWS CLI would open one

doing="Start" advice="" dry_run=false

finish() {
    local status=$?
    rm -rf "$work"
    [ $status = 0 ] || [ -z "$advice" ] || echo "Stopped at: $doing. $advice" >&2
}
trap finish EXIT

# step DOING ADVICE: says what comes next, and what to do should it fail.
step() {
    doing=$1 advice=$2
    echo "── $doing"
}

# fail SENTENCE: stops, having said why and what to do next.
fail() {
    advice=""
    echo "$1" >&2
    exit 1
}

# options "$@": a script's first comment is its help.
options() {
    case ${1-} in
        "") ;;
        --dry-run) dry_run=true ;;
        --help | -h) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" && exit ;;
        *) fail "There is no option $1; see $0 --help." ;;
    esac
}

# change COMMAND...: what changes something; with --dry-run it is only shown.
change() {
    if $dry_run; then
        echo "would run: $*"
    else
        "$@"
    fi
}

# need TOOL...: all of them are there.
need() {
    local tool
    for tool; do
        command -v "$tool" >/dev/null || fail "This needs $tool, which is not on the PATH; install it and run this again."
    done
}

# settings ROOT NAME...: variables that workflows are given, and people have in Terraform's outputs.
settings() {
    local root=$1 name outputs=""
    shift
    for name; do
        [ -z "${!name-}" ] || continue
        [ -n "$outputs" ] || outputs=$(terraform -chdir="infra/terraform/$root" output -json github_variables 2>/dev/null) ||
            fail "$name is not set, and Terraform's root $root has no outputs here: set it, or begin with make deploy."
        printf -v "$name" %s "$(jq -er --arg name "$name" '.[$name]' <<<"$outputs")"
        export "${name?}"
    done
    # Version 1 of the AWS CLI knows the region by the longer name.
    export AWS_DEFAULT_REGION=${AWS_REGION-${AWS_DEFAULT_REGION-}}
}

# committed PATH...: what is deployed is what a commit holds.
committed() {
    [ -z "$(git status --porcelain -- "$@")" ] ||
        fail "There are changes in $* that no commit holds. Deploys are of commits: commit or stash them first."
}
