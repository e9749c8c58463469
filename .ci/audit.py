"""Audits the locked dependencies for known vulnerabilities, where the network lets it."""

import json
import socket
import subprocess
import sys

SERVICE = ("pypi.org", 443)


def main(lock: str) -> int:
    """Fail on a finding; say so and go on where the service is out of reach."""
    if not _is_reachable():
        print(f"No dependency audit: {SERVICE[0]} is out of reach from here.")
        return 0
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner=off",
    ]
    audit = subprocess.run(
        [*command, "--format=json", "--requirement", lock], check=False, capture_output=True, text=True
    )
    try:
        packages = json.loads(audit.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"No dependency audit, it broke off: {audit.stderr.strip().splitlines()[-1:]}")
        return 0
    findings = [(package, flaw) for package in packages for flaw in package.get("vulns", ())]
    for package, flaw in findings:
        fixed = ", ".join(flaw["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {flaw['id']}, fixed in {fixed}")
    if not findings:
        print(f"No known vulnerability in {len(packages)} locked packages.")
    return 1 if findings else 0


def _is_reachable() -> bool:
    try:
        socket.create_connection(SERVICE, timeout=5).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
