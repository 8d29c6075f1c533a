"""Pin package.json again: `python -m dev.npm.lock`. What npm writes into its lock has addresses of sponsors in it."""

import json
import subprocess

from dev.npm.readers import HERE


def main() -> None:
    subprocess.run(
        ("npm", "install", "--package-lock-only", "--no-audit", "--no-fund", "--silent"), cwd=HERE, check=True
    )
    file = HERE / "package-lock.json"
    lock = json.loads(file.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
    file.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
