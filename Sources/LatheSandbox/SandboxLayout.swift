/// Where things are inside the sandbox. The same for every session, so that no path of the host shows.
package enum SandboxLayout {
    /// The Python environment, read-only.
    package static let environment = "/venv"
    package static let interpreter = "/venv/bin/python3"
    /// The packages `lathe_kernel` and `lathe_library`, read-only.
    package static let python = "/lathe/python"
    package static let kernelProgram = "/lathe/lathe-kernel"
    /// Input N is `/data/N/BASENAME`, read-only.
    package static let data = "/data"
    /// The session's folder for files that code makes; the only storage that outlives the sandbox.
    package static let work = "/work"
    package static let temporary = "/tmp"
    package static let sharedMemory = "/dev/shm"
    /// The descriptor on which the template finds its control socket.
    package static let controlDescriptor: Int32 = 3

    /// The path of input `index` inside the sandbox.
    package static func input(_ index: Int, hostPath: String) -> String {
        let name = hostPath.split(separator: "/").last.map(String.init) ?? "root"
        return "\(data)/\(index)/\(name)"
    }
}
