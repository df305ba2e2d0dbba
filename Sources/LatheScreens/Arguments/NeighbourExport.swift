/// Where the library is exported to, and in which form.
package struct NeighbourExport: Sendable, Hashable {
    package enum Form: String, Sendable, Hashable, CaseIterable {
        case skills
        case claudeAgents = "claude-agents"
    }

    package var folder: String
    package var form: Form
    /// Whether other files of the same names are replaced.
    package var replaces: Bool
}
