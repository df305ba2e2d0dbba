import LatheVocabulary

/// What a provider said of a failure, in whichever of the usual forms.
struct FailureReport: Sendable {
    var type: String
    var code: String
    var message: String

    /// From the JSON of an error: Anthropic's and OpenAI's forms, and the looser ones of local servers.
    init(body value: JSONValue) {
        let error = value["error"] ?? value
        type = error["type"]?.stringValue ?? ""
        code = error["code"]?.stringValue ?? ""
        message =
            error["message"]?.stringValue ?? error.stringValue ?? value["message"]?.stringValue
            ?? value["detail"]?.stringValue ?? ""
    }

    /// From the body of an answer that is not a success; what is no JSON counts as the message.
    init(bytes: [UInt8]) {
        let value = try? JSONValue(parsing: bytes)
        self.init(body: value ?? ["message": .string(String(decoding: bytes, as: UTF8.self))])
    }

    /// The failure that this amounts to. `status` is nil for an error inside a stream that began well.
    func failure(status: Int?, retryAfter: Double? = nil, endpoint: Endpoint) -> ProviderFailure {
        if isBilling || status == 402 { return billing(endpoint) }
        if isTooLong || status == 413 { return tooLong(endpoint) }
        switch status ?? impliedStatus {
        case 401: return keyRefused(endpoint)
        case 403: return forbidden(endpoint)
        case 404: return .lasting(.badRequest, told(endpoint, "does not know this model or address (404)"))
        case 429:
            return ProviderFailure(
                .rateLimited, told(endpoint, "limits the rate of calls (429)"), retryAfter: retryAfter)
        case 408, 409, 425:
            return ProviderFailure(
                .overloaded, told(endpoint, "did not take the call in time"), retryAfter: retryAfter)
        case let code where code >= 500:
            return ProviderFailure(
                .overloaded, told(endpoint, "failed or is overloaded (\(code))"), retryAfter: retryAfter)
        case let code where code < 400:
            return .lasting(.badReply, told(endpoint, "gave an answer that is no reply (\(code)); check its address"))
        case let code: return .lasting(.badRequest, told(endpoint, "refused the request (\(code))"))
        }
    }

    /// The status that an error's type stands for.
    private var impliedStatus: Int {
        switch type == "error" || type.isEmpty ? code : type {
        case "authentication_error": 401
        case "permission_error": 403
        case "not_found_error": 404
        case "rate_limit_error", "rate_limit_exceeded": 429
        case "invalid_request_error": 400
        case "request_too_large": 413
        default: 529
        }
    }

    private var isBilling: Bool {
        type == "billing_error" || type == "insufficient_quota" || code == "insufficient_quota"
            || message.contains("credit balance is too low")
    }

    private var isTooLong: Bool {
        type == "exceed_context_size_error" || type == "request_too_large" || code == "context_length_exceeded"
            || (type != "rate_limit_error"
                && message.contains(/prompt is too long|maximum context length|exceeds the available context size/))
    }

    private func told(_ endpoint: Endpoint, _ what: String) -> String {
        let quote = endpoint.quoted(message)
        let isSentence = quote.last.map { ".!?…)".contains($0) } ?? true
        return "\(endpoint.title) \(what)" + (quote.isEmpty ? "" : ": \(quote)")
            + (isSentence && !quote.isEmpty ? "" : ".")
    }

    private func billing(_ endpoint: Endpoint) -> ProviderFailure {
        .lasting(.billing, told(endpoint, "wants the account's credit or quota raised first"))
    }

    private func tooLong(_ endpoint: Endpoint) -> ProviderFailure {
        .lasting(.contextTooLong, told(endpoint, "cannot take a conversation this long"))
    }

    /// Says nothing of the provider's text: some quote the key in it.
    private func keyRefused(_ endpoint: Endpoint) -> ProviderFailure {
        guard endpoint.key != nil else {
            return .lasting(.keyMissing, "\(endpoint.title) wants a key: set \(endpoint.keyVariable).")
        }
        return .lasting(
            .keyRefused,
            "\(endpoint.title) refused the key in \(endpoint.keyVariable) (401): check that it is whole and not revoked."
        )
    }

    private func forbidden(_ endpoint: Endpoint) -> ProviderFailure {
        guard endpoint.key != nil else { return keyRefused(endpoint) }
        return .lasting(
            .keyRefused,
            "\(endpoint.title) does not allow this with the key in \(endpoint.keyVariable) (403): "
                + "check what the key may use."
        )
    }
}
