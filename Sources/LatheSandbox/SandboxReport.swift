private import CSandbox
private import Glibc

/// Which layers of confinement this machine has, found out by running them.
package struct SandboxReport: Sendable, Hashable, Codable {
    package struct Layer: Sendable, Hashable, Codable {
        package var name: String
        package var isAvailable: Bool
        /// What the layer protects from; where it is missing, what is no longer guaranteed.
        package var guarantee: String
        /// What to do where it is missing; empty otherwise.
        package var mend: String
        /// Whether kernels refuse to start without it.
        package var isRequired: Bool
    }

    package var layers: [Layer]

    /// Whether kernels can be started here.
    package var isUsable: Bool { layers.allSatisfy { $0.isAvailable || !$0.isRequired } }

    /// The names of the layers that are there, for the record of a session.
    package var present: [String] { layers.filter(\.isAvailable).map(\.name) }

    /// Tries each layer. Takes some tens of milliseconds; starts short-lived processes.
    package static func probe() -> SandboxReport {
        let start = SandboxTrial.run()
        let landlock = Int(lathe_landlock_version())
        return SandboxReport(layers: [
            Layer(
                name: "bubblewrap", isAvailable: SandboxPolicy.bubblewrap != nil,
                guarantee: "code sees only the system, its environment, its data and its work folder",
                mend: "apt install bubblewrap", isRequired: true),
            Layer(
                name: "namespaces", isAvailable: start == nil,
                guarantee: "no network, no processes and no users of the host",
                mend: start ?? "", isRequired: true),
            Layer(
                name: "landlock", isAvailable: landlock >= 1,
                guarantee: "kernels of one session cannot reach each other's files, memory and inputs",
                mend: landlockMend, isRequired: false),
            Layer(
                name: "landlock-scopes", isAvailable: landlock >= 6,
                guarantee: "kernels of one session cannot signal each other or meet on abstract sockets",
                mend: "Linux 6.12 or newer has it", isRequired: false),
            Layer(
                name: "unprivileged-user", isAvailable: true,
                guarantee: geteuid() == 0
                    ? "started by root, kernels run as user \(SandboxPolicy.unprivilegedUser)"
                    : "kernels have no more rights than you",
                mend: "", isRequired: true),
            Layer(
                name: "limits", isAvailable: true,
                guarantee: "memory, file size, open files and processes of a kernel are bounded", mend: "",
                isRequired: true),
            Layer(
                name: "seccomp", isAvailable: lathe_system_calls_are_filtered(),
                guarantee: "a kernel reaches only the system calls that data work needs, and no socket",
                mend: "a Linux with CONFIG_SECCOMP_FILTER; in a container, one that lets programs filter themselves",
                isRequired: true),
        ])
    }

    private static let landlockMend =
        "Linux 5.13 or newer with landlock among its security modules (cat /sys/kernel/security/lsm)"
}
