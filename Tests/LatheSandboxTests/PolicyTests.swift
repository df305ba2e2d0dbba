import LatheSandbox
import LatheVocabulary
import Testing

@Suite struct PolicyTests {
    private let policy = SandboxPolicy(
        environment: "/home/u/p/.venv", python: "/home/u/p/python", kernelProgram: "/home/u/p/lathe-kernel",
        work: "/home/u/s/work", inputs: ["/home/u/flights 2013.csv", "/srv/folder"])

    private var arguments: [String] {
        policy.bubblewrapArguments(
            source: { mount, _ in mount.source }, systemLink: { $0 == "/lib" ? "usr/lib" : nil },
            exists: { $0 == "/etc/ld.so.cache" })
    }

    private func pairs(_ option: String) -> [[String]] {
        arguments.indices.filter { arguments[$0] == option }.map { Array(arguments[($0 + 1)...($0 + 2)]) }
    }

    @Test func `only the work folder is writable storage`() {
        #expect(pairs("--bind") == [["/home/u/s/work", "/work"]])
        #expect(!arguments.contains("--dev-bind"))
        #expect(arguments.contains("--disable-userns") && arguments.contains("--unshare-user"))
    }

    @Test func `inputs and environment are mounted read-only at paths that name no user`() {
        #expect(
            pairs("--ro-bind") == [
                ["/usr", "/usr"], ["/etc/ld.so.cache", "/etc/ld.so.cache"], ["/home/u/p/.venv", "/venv"],
                ["/home/u/p/python", "/lathe/python"], ["/home/u/p/lathe-kernel", "/lathe/lathe-kernel"],
                ["/home/u/flights 2013.csv", "/data/0/flights 2013.csv"],
                ["/srv/folder", "/data/1/folder"],
            ])
        #expect(pairs("--symlink") == [["usr/lib", "/lib"]])
    }

    @Test func `the root and dev are read-only once everything is mounted`() throws {
        let last = try #require(arguments.lastIndex(of: "--ro-bind"))
        #expect(pairs("--remount-ro").map(\.first) == ["/dev", "/"])
        #expect(try #require(arguments.firstIndex(of: "--remount-ro")) > last)
    }

    @Test func `a subtask is allowed less than a session`() {
        let session = KernelConfinement(role: .session, kernel: 1, limits: .init())
        let subtask = KernelConfinement(role: .subtask, kernel: 2, limits: .init())
        let writable = { (confinement: KernelConfinement) in
            confinement.rules.filter { $0.access == .write }.map(\.path)
        }
        #expect(writable(session) == ["/tmp", SandboxLayout.work + "/session", "/dev/shm"])
        #expect(writable(subtask) == ["/tmp/subtask-2"])
        #expect(session.rules.contains { $0.path == "/data" })
        #expect(!subtask.rules.contains { $0.path == "/data" })
        #expect(!session.rules.contains { $0.path == "/" })
    }

    @Test(arguments: [
        "bwrap: No permissions to create a new namespace, likely because the kernel does not allow non-privileged user namespaces.",
        "bwrap: setting up uid map: Permission denied",
        "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
    ])
    func `what bubblewrap cannot do is told with its mend`(line: String) {
        let error = SandboxError(explaining: "noise\n\(line)\n")
        #expect(error?.code == .namespacesRefused)
        #expect(error?.reason.contains("unprivileged user namespaces") == true)
    }

    @Test func `a complaint of the program inside is not taken for one of the sandbox`() {
        #expect(SandboxError(explaining: "Traceback (most recent call last):\nImportError: numpy") == nil)
    }

    @Test func `the layers are found by running them, and each missing one has a mend`() {
        let report = SandboxReport.probe()
        #expect(report.layers.count == 9)
        for layer in report.layers where !layer.isAvailable { #expect(!layer.mend.isEmpty, "\(layer.name)") }
        #expect(report.isUsable, "\(report)")
        #expect(report.record.contains("namespaces"))
    }
}
