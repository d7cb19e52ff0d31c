# Sourced by scripts/test and .ci/run: runs named phases, shows what each took, stops at the first that fails.

phase_names=()
phase_seconds=()

# as_typed WORD...: the words as one would type them, quoted where needed.
as_typed() {
    local word line=
    for word in "$@"; do
        [[ $word =~ ^[A-Za-z0-9_./:=,+-]+$ ]] || word=${word@Q}
        line+=" $word"
    done
    printf '%s' "${line# }"
}

# phase NAME COMMAND...: runs COMMAND under a headline; ends the script when it fails.
phase() {
    local name=$1 started=$SECONDS status=0
    shift
    printf '\n==> %s: %s\n' "$name" "$(as_typed "$@")"
    "$@" || status=$?
    phase_names+=("$name")
    phase_seconds+=($((SECONDS - started)))
    if [ "$status" -ne 0 ]; then
        phase_table
        printf '\nFailed: %s (exit %d). To see it alone: %s\n' "$name" "$status" "$(as_typed "$@")" >&2
        exit "$status"
    fi
}

# phase_table: one line for each phase that ran, with its seconds.
phase_table() {
    local i
    printf '\n'
    for i in "${!phase_names[@]}"; do
        printf '%6d s  %s\n' "${phase_seconds[$i]}" "${phase_names[$i]}"
    done
    printf '%6d s  in all\n' "$SECONDS"
}
