# Shared by scripts/run and scripts/test: a virtual environment with what the checkout needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
  for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 &&
      "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "memsvc needs Python 3.11 to 3.13; install one, or name it: PYTHON=/path/to/python $0" >&2
  exit 2
}

# ensure_env EXTRAS: install the checkout with these extras into .venv, unless it was done for this pyproject.
ensure_env() {
  local stamp
  stamp="$1 $(sha256sum pyproject.toml | cut -d' ' -f1)"
  [ -x .venv/bin/python ] || "$(find_python)" -m venv .venv
  if [ "$(cat .venv/memsvc-extras 2>/dev/null || true)" != "$stamp" ]; then
    echo "installing memsvc[$1] into .venv ..." >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[$1]"
    echo "$stamp" >.venv/memsvc-extras
  fi
}
