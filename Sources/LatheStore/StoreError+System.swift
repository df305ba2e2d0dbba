internal import Glibc

extension StoreError {
    /// An errno with what was being done, such as "make the folder /data/x".
    init(systemError code: Int32, doing action: String) {
        let cause = String(cString: strerror(code))
        switch code {
        case ENOSPC, EDQUOT: self.init(.diskFull, "Could not \(action): \(cause). Free some disk space, then go on.")
        case EROFS, EACCES, EPERM:
            self.init(.readOnly, "Could not \(action): \(cause). Make its folder writable for this user.")
        case ELOOP, ENOTDIR:
            self.init(.unsafeFolder, "Could not \(action): there is something other than a folder. Move it away.")
        case ENOENT: self.init(.notFound, "Could not \(action): \(cause).")
        default: self.init(.failed, "Could not \(action): \(cause).")
        }
    }
}
