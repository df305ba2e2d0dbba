/// A file that a cell made for the user, kept under the session's `artifacts` folder.
package struct Artifact: Sendable, Hashable, Codable {
    /// The file's name in the artifacts folder, chosen by the host: unique, printable, no path.
    package var name: String
    package var mime: String
    package var title: String
    package var bytes: Int
    /// Absolute path on the host.
    package var path: String

    package init(name: String, mime: String, title: String, bytes: Int, path: String) {
        self.name = name
        self.mime = mime
        self.title = title
        self.bytes = bytes
        self.path = path
    }
}
