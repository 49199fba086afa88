// @ts-check

/**
 * A shell between a process and the one that started it: it holds a pipe from the starter as its input. When the pipe
 * ends (the starter closed it, or died) it sends SIGTERM, and SIGKILL `graceSeconds` later; it hands SIGTERM and SIGUSR2
 * on; and it ends when the process ends, with its exit code (128 and the signal's number where a signal ended it). The
 * command follows as arguments: `sh -c SCRIPT name command…`.
 *
 * @param {number} graceSeconds
 * @returns {string}
 */
export const guardScript = (graceSeconds) => `exec 3<&0
"$@" </dev/null 3<&- & p=$!
{ read -r _ <&3; kill -TERM "$p"; n=0
while [ "$n" -lt ${graceSeconds * 10} ] && kill -0 "$p"; do sleep 0.1; n=$((n+1)); done
kill -KILL "$p"; } >/dev/null 2>&1 & w=$!
exec 3<&-
trap 'kill -TERM "$p" 2>/dev/null' TERM
trap 'kill -USR2 "$p" 2>/dev/null' USR2
trap '' INT HUP
wait "$p"; r=$?
while kill -0 "$p" 2>/dev/null; do wait "$p"; r=$?; done
kill "$w" 2>/dev/null
exit "$r"`;
