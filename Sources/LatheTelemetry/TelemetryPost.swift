internal import Foundation
internal import FoundationNetworking
internal import LatheVocabulary

/// Sends one document to an OTLP endpoint over HTTP.
struct TelemetryPost: Sendable {
    enum Answer: Sendable, Hashable {
        case taken
        /// The same may be sent again in a moment.
        case busy(String)
        /// Nobody answered.
        case unreachable(String)
        case refused(String)
    }

    var url: URL
    var headers: [String: String]
    var timeout: Double

    func send(_ document: JSONValue) async -> Answer {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue("close", forHTTPHeaderField: "Connection")
        request.httpBody = Data(document.text.utf8)
        request.timeoutInterval = timeout
        let settings = URLSessionConfiguration.ephemeral
        settings.httpCookieStorage = nil
        settings.urlCache = nil
        settings.timeoutIntervalForResource = timeout
        let session = URLSession(configuration: settings, delegate: NoRedirects(), delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        let host = url.host ?? "the endpoint"
        do {
            let (_, response) = try await session.data(for: request)
            let status = (response as? HTTPURLResponse)?.statusCode ?? 0
            switch status {
            case 200..<300: return .taken
            case 429, 502, 503, 504: return .busy("\(host) answered \(status)")
            default: return .refused("\(host) answered \(status)")
            }
        } catch {
            return .unreachable("\(host) cannot be reached: \((error as NSError).localizedDescription)")
        }
    }
}

/// Headers hold keys: they go where the user said and nowhere else.
private final class NoRedirects: NSObject, URLSessionTaskDelegate, Sendable {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
