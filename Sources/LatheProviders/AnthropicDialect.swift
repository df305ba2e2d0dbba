/// What one of Anthropic's models takes: they differ in what they refuse.
///
/// Source: platform.claude.com/docs/en/models/opus-5-5/whats-new-opus-5-5 (no forced tool use) and the model migration guides
/// (no sampling parameters).
struct AnthropicDialect: Sendable, Hashable {
    /// How a schema binds a reply.
    enum Binding: Sendable, Hashable {
        /// The reply is the input of a tool that the model has to call.
        case forcedTool
        /// The reply's text is of the schema, where all of its objects are closed; else as `offeredTool`.
        case format
        /// The reply is the input of a tool that the model is told to call.
        case offeredTool
    }

    var binding = Binding.forcedTool
    var takesTemperature = true

    /// Learns from a refusal that names a parameter; false where there is nothing to change.
    mutating func learn(from refusal: String) -> Bool {
        let before = self
        if refusal.contains("temperature") {
            takesTemperature = false
        } else if refusal.contains("tool_choice"), binding == .forcedTool {
            binding = .format
        } else if refusal.contains("output_config") || refusal.contains("schema"), binding == .format {
            binding = .offeredTool
        }
        return self != before
    }
}
