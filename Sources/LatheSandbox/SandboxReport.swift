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
    package var arrangement: SandboxArrangement

    /// Whether kernels can be started here.
    package var isUsable: Bool { layers.allSatisfy { $0.isAvailable || !$0.isRequired } }

    /// What is missing, and with it a guarantee.
    package var lost: [Layer] { layers.filter { !$0.isAvailable } }

    /// For the record of a session: `none` where the user asked for no sandbox, the layers that are there, and what is lost
    /// without the others.
    package var record: [String] {
        (arrangement == .none ? ["none"] : []) + layers.filter(\.isAvailable).map(\.name)
            + lost.map { "no \($0.name): lost is that \($0.guarantee)" }
    }

    /// Tries each layer. Takes some tens of milliseconds; starts short-lived processes.
    package static func probe(_ arrangement: SandboxArrangement = .bubblewrap) -> SandboxReport {
        let layers = (arrangement == .bubblewrap ? outer : [Self.noSandbox]) + inner(arrangement)
        return SandboxReport(layers: layers, arrangement: arrangement)
    }

    private static var outer: [Layer] {
        let start = SandboxTrial.run()
        return [
            Layer(
                name: "bubblewrap", isAvailable: SandboxPolicy.bubblewrap != nil,
                guarantee: "code sees only the system, its environment, its data and its work folder",
                mend: "apt install bubblewrap", isRequired: true),
            Layer(
                name: "namespaces", isAvailable: start == nil,
                guarantee: "no network, no processes and no users of the host",
                mend: start ?? "", isRequired: true),
        ]
    }

    private static let noSandbox = Layer(
        name: "sandbox", isAvailable: false,
        guarantee: "code sees nothing of yours: no names of processes and files, no users, and /tmp is of bounded size",
        mend: "leave --sandbox none away", isRequired: false)

    /// What each kernel does to itself, with a sandbox around it or without.
    private static func inner(_ arrangement: SandboxArrangement) -> [Layer] {
        let landlock = Int(lathe_landlock_version())
        let isBare = arrangement == .none
        return [
            Layer(
                name: "landlock", isAvailable: landlock >= 1,
                guarantee: isBare
                    ? "code reads and writes no file but the system's, its data and its work folder, and nothing of other "
                        + "processes, the keys in them included"
                    : "kernels of one session cannot reach each other's files, memory and inputs",
                mend: landlockMend, isRequired: false),
            Layer(
                name: "landlock-scopes", isAvailable: landlock >= 6,
                guarantee: isBare
                    ? "code cannot signal your processes or meet them on abstract sockets"
                    : "kernels of one session cannot signal each other or meet on abstract sockets",
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
                name: "watch", isAvailable: lathe_can_look_into_kernels(SandboxPolicy.unprivilegedUser),
                guarantee: "memory files and shared mappings of kernels are counted",
                mend: "run lathe as an ordinary user, or give root the capability SYS_PTRACE", isRequired: false),
            Layer(
                name: "read-only-files", isAvailable: givenFilesAreReadOnly,
                guarantee:
                    "a file that is handed to a kernel (a long output or result, saved memory) keeps its mode and times",
                mend: "a Linux that lets you make user namespaces", isRequired: false),
            Layer(
                name: "seccomp", isAvailable: lathe_system_calls_are_filtered(),
                guarantee: isBare
                    ? "code has no network, and reaches only the system calls that data work needs"
                    : "a kernel reaches only the system calls that data work needs, and no socket",
                mend: "a Linux with CONFIG_SECCOMP_FILTER; in a container, one that lets programs filter themselves",
                isRequired: !isBare),
        ]
    }

    /// Started by root, kernels run as another user than files belong to.
    private static var givenFilesAreReadOnly: Bool {
        guard geteuid() != 0 else { return true }
        let view = lathe_read_only_view("/")
        guard view >= 0 else { return false }
        close(view)
        return true
    }

    private static let landlockMend =
        "Linux 5.13 or newer with landlock among its security modules (cat /sys/kernel/security/lsm)"
}
