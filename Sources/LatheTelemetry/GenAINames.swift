/// Every name that telemetry uses, in one place: OpenTelemetry's conventions for generative AI are still in development.
///
/// From the GenAI semantic conventions as of November 2026 (spans, agent spans, metrics); names of our own begin with `lathe.`.
enum GenAIName {
    // Operations
    static let chat = "chat"
    static let invokeAgent = "invoke_agent"
    static let executeTool = "execute_tool"

    // Attributes of spans and metrics
    static let operation = "gen_ai.operation.name"
    static let provider = "gen_ai.provider.name"
    static let conversation = "gen_ai.conversation.id"
    static let outputType = "gen_ai.output.type"
    static let requestModel = "gen_ai.request.model"
    static let requestMaxTokens = "gen_ai.request.max_tokens"
    static let responseModel = "gen_ai.response.model"
    static let finishReasons = "gen_ai.response.finish_reasons"
    static let inputTokens = "gen_ai.usage.input_tokens"
    static let outputTokens = "gen_ai.usage.output_tokens"
    static let cacheReadTokens = "gen_ai.usage.cache_read.input_tokens"
    static let cacheWriteTokens = "gen_ai.usage.cache_write.input_tokens"
    static let agentName = "gen_ai.agent.name"
    static let agentID = "gen_ai.agent.id"
    static let toolName = "gen_ai.tool.name"
    static let toolType = "gen_ai.tool.type"
    static let toolCallID = "gen_ai.tool.call.id"
    static let tokenType = "gen_ai.token.type"
    static let errorType = "error.type"
    static let serverAddress = "server.address"
    static let serverPort = "server.port"

    // Content, only where it is asked for
    static let systemInstructions = "gen_ai.system_instructions"
    static let inputMessages = "gen_ai.input.messages"
    static let outputMessages = "gen_ai.output.messages"
    static let toolArguments = "gen_ai.tool.call.arguments"
    static let toolResult = "gen_ai.tool.call.result"

    // Our own
    static let costUSD = "lathe.cost.usd"
    static let isReplayed = "lathe.replayed"
    static let isEstimated = "lathe.usage.estimated"
    static let outcome = "lathe.outcome"
    static let cell = "lathe.cell"
    static let turn = "lathe.turn"
    static let place = "lathe.place"

    // Metrics
    static let tokenUsage = "gen_ai.client.token.usage"
    static let operationDuration = "gen_ai.client.operation.duration"
    static let costMetric = "lathe.cost"

    /// The bounds that the conventions advise.
    static let tokenBounds: [Double] = [
        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
    ]
    static let durationBounds: [Double] = [
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ]

    /// Calls that code in a kernel may make; a kernel can name others, which must not become names of spans.
    static let hostCalls: Set<String> = [
        "delegate", "wait", "cancel", "ask_model", "save_function", "save_agent", "answer", "checkpoint", "rollback",
        "branch", "output", "data_file", "take_data", "drop_data", "find", "capability",
    ]

    static func tool(_ hostCall: String) -> String {
        "lathe." + (hostCalls.contains(hostCall) ? hostCall : "unknown_call")
    }
}
