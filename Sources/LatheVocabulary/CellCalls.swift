/// Calls of a session's own functions that a cell made, as its kernel tells them: short texts, nothing that looks secret or personal.
package struct CellCalls: Sendable, Hashable, Codable {
    package struct Call: Sendable, Hashable, Codable {
        package var function: String
        /// The call as it reads, its arguments written out.
        package var call: String
        /// What it gave, written out; nil where only some rows of its data are in the call.
        package var result: String?

        package init(function: String, call: String, result: String? = nil) {
            self.function = function
            self.call = call
            self.result = result
        }
    }

    package var kept: [Call]
    /// What is not among them, and why, one sentence each.
    package var leftOut: [String]

    package init(kept: [Call], leftOut: [String] = []) {
        self.kept = kept
        self.leftOut = leftOut
    }
}
