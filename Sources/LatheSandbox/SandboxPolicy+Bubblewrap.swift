/// The descriptors that bubblewrap reads its own input from.
package struct BubblewrapDescriptors: Sendable, Hashable {
    package static let arguments: Int32 = 4
    package static let passwd: Int32 = 5
    package static let group: Int32 = 6
}

extension SandboxPolicy {
    /// The whole of /etc that a kernel needs; what is missing on the host is left out.
    static let settings = [
        "/etc/ld.so.cache", "/etc/fonts", "/etc/localtime", "/etc/timezone", "/etc/mime.types", "/etc/ssl/openssl.cnf",
        "/etc/alternatives",
    ]
    /// Links of a merged /usr; on a host that has folders instead, these are mounted.
    static let systemFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]

    /// bubblewrap's arguments, the program's own included; `source` tells the path under which a host path is to be mounted.
    ///
    /// `systemLink` answers the target of a symbolic link at a host path, nil where there is a folder, and
    /// `exists` whether a host path is there: both are asked only about system folders.
    package func bubblewrapArguments(
        source: (Mount, Int) -> String, systemLink: (String) -> String?, exists: (String) -> Bool
    ) -> [String] {
        var arguments = [
            "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session",
            "--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--hostname", "lathe", "--clearenv",
            "--ro-bind", "/usr", "/usr",
        ]
        for folder in Self.systemFolders {
            if let target = systemLink(folder) {
                arguments += ["--symlink", target, folder]
            } else if exists(folder) {
                arguments += ["--ro-bind", folder, folder]
            }
        }
        for path in Self.settings where exists(path) { arguments += ["--ro-bind", path, path] }
        arguments += ["--ro-bind-data", "\(BubblewrapDescriptors.passwd)", "/etc/passwd"]
        arguments += ["--ro-bind-data", "\(BubblewrapDescriptors.group)", "/etc/group"]
        arguments += ["--proc", "/proc", "--dev", "/dev"]
        arguments += ["--size", "\(limits.sharedMemoryBytes)", "--tmpfs", SandboxLayout.sharedMemory]
        arguments += ["--size", "\(limits.temporaryBytes)", "--tmpfs", SandboxLayout.temporary]
        for (index, mount) in mounts.enumerated() {
            arguments += [mount.isWritable ? "--bind" : "--ro-bind", source(mount, index), mount.destination]
        }
        for (name, value) in environmentVariables { arguments += ["--setenv", name, value] }
        arguments += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", SandboxLayout.work]
        return arguments
    }

    /// What the template runs as, inside.
    package var programArguments: [String] {
        [
            arrangement == .bubblewrap ? SandboxLayout.kernelProgram : kernelProgram, "--arrangement",
            arrangement.rawValue, "--environment", paths.environment, "--python", paths.python, "--work", paths.work,
            "--temporary", paths.temporary,
            "--memory", "\(limits.memoryBytes)", "--file-size", "\(limits.fileBytes)",
            "--open-files", "\(limits.openFiles)", "--processes", "\(limits.processes)",
            "--cpu-seconds", "\(limits.cpuSeconds)",
        ] + (arrangement == .none ? inputs.flatMap { ["--input", $0] } : [])
    }

    /// The whole environment of the template; nothing of lathe's own is passed on.
    package var environmentVariables: [(name: String, value: String)] {
        [
            ("PATH", "\(paths.environment)/bin:/usr/bin:/bin"), ("LANG", "C.UTF-8"), ("HOME", paths.temporary),
            ("TMPDIR", paths.temporary), ("VIRTUAL_ENV", paths.environment),
            ("IPYTHONDIR", "\(paths.temporary)/.template/ipython"),
            ("MPLBACKEND", "Agg"), ("MPLCONFIGDIR", "\(paths.temporary)/.template/matplotlib"),
            ("PYTHONSAFEPATH", "1"), ("PYTHONNOUSERSITE", "1"), ("PYTHONDONTWRITEBYTECODE", "1"),
            // Threads of a library in the template would not survive the fork.
            ("OPENBLAS_NUM_THREADS", "1"), ("OMP_NUM_THREADS", "1"), ("ARROW_DEFAULT_MEMORY_POOL", "system"),
            ("JE_ARROW_MALLOC_CONF", "background_thread:false"),
        ]
    }

    package static let passwd = "nobody:x:65534:65534:kernel:/work:/usr/sbin/nologin\n"
    package static let group = "nogroup:x:65534:\n"
}
