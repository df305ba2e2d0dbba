private import CPython
private import CSandbox
private import Glibc
internal import LatheSandbox

/// The life of one forked kernel, from the fork to its exit code.
enum KernelProcess {
    /// Confines this process and serves its channel. `descriptors` are the channel, stdout and stderr.
    static func run(_ confinement: KernelConfinement, descriptors: [Int32]) -> Int32 {
        lathe_forget_children()
        // Above every target first, so that no descriptor is overwritten before it is in its place.
        let high = descriptors.map { fcntl($0, F_DUPFD_CLOEXEC, 64) }
        let targets = [channelDescriptor, STDOUT_FILENO, STDERR_FILENO]
        for (from, to) in zip(high, targets) where from < 0 || dup2(from, to) < 0 { return 71 }
        _ = fcntl(channelDescriptor, F_SETFD, FD_CLOEXEC)
        _ = lathe_close_from(channelDescriptor + 1, false)
        // A group of its own, by which its descendants are ended with it; the template's session, so that the template can
        // give a copy of this kernel one too.
        guard setpgid(0, 0) == 0 else { return 73 }
        do throws(SandboxError) {
            try confinement.apply()
        } catch {
            let line = Array("lathe-kernel: the kernel could not be confined: \(error.reason)\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
            return 72
        }
        _ = lathe_python_set_environment("HOME", confinement.work)
        _ = lathe_python_set_environment("TMPDIR", confinement.temporary)
        _ = lathe_python_forget_temporary_folder()
        openChannel(on: channelDescriptor)
        return lathe_python_serve()
    }
}
