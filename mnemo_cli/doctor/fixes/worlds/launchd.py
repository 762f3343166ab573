"""macOS: the limits of one launchd job, printed. `launchctl limit` is not: it would also lower kernel-wide values."""

from mnemo_cli.doctor.fixes.scene import Proposal, Scene, World


def run(scene: Scene) -> Proposal:
    return Proposal(
        printed=(
            "<!-- in the job's own plist, below its outer <dict> -->\n"
            "<key>SoftResourceLimits</key>\n"
            f"<dict>\n  <key>NumberOfFiles</key>\n  <integer>{scene.wanted.nofile}</integer>\n</dict>\n"
        ),
        restart=("load the job anew: launchctl bootout, then launchctl bootstrap",),
        verify=("ulimit -Sn   # inside the job",),
        notes=(
            "NumberOfFiles must not be above what `sysctl kern.maxfilesperproc` shows",
            "`launchctl limit maxfiles` also rewrites kern.maxfiles and kern.maxfilesperproc, and can lower them: "
            "never give it less than what `sysctl kern.maxfilesperproc kern.maxfiles` shows",
        ),
    )


WORLD = World("launchd", run)
