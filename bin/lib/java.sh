# shellcheck shell=bash
# Sourced by the scripts in bin/. Finds what they need and says clearly what is missing.

# Prints the feature version of the JDK in $1, or nothing.
jdk_version() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Exports JAVA_HOME of a JDK 25, wherever it is installed.
use_jdk_25() {
  local candidate on_path
  on_path=$(command -v javac || true)
  [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for candidate in "${JAVA_HOME:-}" "$on_path" \
    /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$candidate" ] && [ "$(jdk_version "$candidate")" = 25 ]; then
      export JAVA_HOME="$candidate"
      return 0
    fi
  done
  echo "No JDK 25 was found: install one, or set JAVA_HOME to where it is." >&2
  exit 1
}

# Runs Maven on JDK 25.
maven() {
  use_jdk_25
  if ! command -v mvn >/dev/null; then
    echo "Maven was not found: install version 3.8.7 or newer." >&2
    exit 1
  fi
  # Older Maven versions carry a library that makes JDK 25 warn about itself at every start.
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" mvn -B -ntp "$@"
}

# Runs Maven and shows what it said only if it failed.
quiet_maven() {
  local log status=0
  log=$(mktemp)
  maven "$@" >"$log" 2>&1 || status=$?
  if [ "$status" -ne 0 ]; then
    tail -n 60 "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}
