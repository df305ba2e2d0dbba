private import Glibc
internal import LatheVocabulary

/// What the loop knows of a sandbox and its kernels at one moment.
struct SandboxRoll: Sendable {
    struct Work: Sendable, Hashable {
        var kernel: Int
        var cell: Int
    }

    struct Kernel: Sendable {
        var number: Int
        var process: Int32
        var role: KernelRole
        /// The cell that it runs; nil while it waits for one.
        var work: Work?
        /// Whether it is a copy that has run nothing yet.
        var isFrozen = false
        var limits: KernelLimits
        /// Files of slices that it was given and did not make.
        var given: Set<FileIdentity>
    }

    /// The process number of bubblewrap, or of the template where there is no sandbox.
    var sandbox: Int32
    /// Whether /tmp and /dev/shm are the sandbox's own.
    var hasOwnTemporary = true
    /// Those that were started; the ones forked ahead run nobody's code.
    var kernels: [Kernel]
    /// Slices that `lathe` keeps, with the bytes they take.
    var slices: [FileIdentity: UInt64]
}

/// What a sandbox uses, kernel by kernel and in all.
struct SandboxUse: Sendable {
    struct Kernel: Sendable {
        var number: Int
        /// Memory of its own.
        var privateBytes: UInt64 = 0
        /// Memory files and shared mappings that it made and holds.
        var sharedBytes: UInt64 = 0
        /// Processes and threads.
        var tasks = 0
        var ticks: UInt64 = 0
        /// Descriptors in its sockets that nobody has taken out yet.
        var underWay = 0

        var bytes: UInt64 { privateBytes + sharedBytes }
    }

    var kernels: [Kernel] = []
    /// Of all processes and files together, each file once, the files in /tmp and /dev/shm included.
    var totalBytes: UInt64 = 0
    var tasks = 0
    /// Entries in /tmp.
    var temporaryEntries = 0
    /// Bytes of the work folder that no name leads to.
    var namelessBytes: UInt64 = 0

    init() {}

    /// Looks at every process. `careful` tells shared pages apart, which takes longer: worth it near a limit. It is asked with
    /// what all of them and the files take where pages that several share are counted for each.
    init(_ roll: SandboxRoll, disk: UInt64, careful: (_ bytes: UInt64) -> Bool) {
        var processes = ProcessUse.all(below: roll.sandbox)
        for index in processes.indices { processes[index].lookAtFiles(disk: disk) }
        var files = roll.slices
        for process in processes { files.merge(process.files) { min($0, $1) } }
        let fileBytes = files.values.reduce(0, +)
        if careful(processes.reduce(fileBytes) { $0 + $1.residentBytes }) {
            for index in processes.indices {
                let process = processes[index]
                processes[index].residentBytes = process.proportionalBytes ?? process.residentBytes
            }
        }
        kernels = roll.kernels.map { Self.use(of: $0, processes) }
        tasks = processes.reduce(0) { $0 + $1.threads }
        totalBytes = processes.reduce(fileBytes) { $0 + $1.residentBytes }
        var nameless: [FileIdentity: UInt64] = [:]
        for process in processes { nameless.merge(process.namelessBytes) { max($0, $1) } }
        namelessBytes = nameless.values.reduce(0, +)
        if roll.hasOwnTemporary { addTemporaryFiles(seenBy: processes) }
    }

    private static func use(of kernel: SandboxRoll.Kernel, _ processes: [ProcessUse]) -> Kernel {
        var use = Kernel(number: kernel.number)
        var files: [FileIdentity: UInt64] = [:]
        for process in processes where process.group == kernel.process || process.process == kernel.process {
            use.privateBytes += process.residentBytes
            use.tasks += process.threads
            use.ticks += process.ticks
            use.underWay += process.underWay
            files.merge(process.files) { min($0, $1) }
        }
        use.sharedBytes = files.filter { !kernel.given.contains($0.key) }.values.reduce(0, +)
        return use
    }

    /// The size-limited file systems in memory, looked at through a process that sees them.
    private mutating func addTemporaryFiles(seenBy processes: [ProcessUse]) {
        for inside in processes.dropFirst() {
            var (temporary, shared) = (statvfs(), statvfs())
            guard statvfs("/proc/\(inside.process)/root/tmp", &temporary) == 0,
                statvfs("/proc/\(inside.process)/root/dev/shm", &shared) == 0
            else { continue }
            for one in [temporary, shared] { totalBytes += UInt64(one.f_blocks - one.f_bfree) * UInt64(one.f_frsize) }
            temporaryEntries = Int(clamping: temporary.f_files - temporary.f_ffree)
            return
        }
    }
}
