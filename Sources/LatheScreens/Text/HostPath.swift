internal import Foundation

/// Paths of the host as a person at this shell would write them.
enum HostPath {
    /// Relative to the working directory where the path lies below it, else as it is.
    static func short(_ path: String, workingDirectory: String = FileManager.default.currentDirectoryPath) -> String {
        let folder = workingDirectory == "/" ? "/" : workingDirectory + "/"
        return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
    }
}
