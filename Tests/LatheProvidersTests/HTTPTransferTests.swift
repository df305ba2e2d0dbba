import Foundation
import LatheVocabulary
import Testing

@testable import LatheProviders

@Suite struct HTTPTransferTests {
    @Test func `a transfer whose wait fails ends with the reason`() async throws {
        let server = try StagedServer([.hang])
        let transfer = HTTPTransfer(
            HTTPTransfer.Request(method: "GET", url: server.base, headers: [:], body: nil), wait: { _ in 3 })
        let exchange = HTTPExchange(transfer: transfer, host: "h", timeouts: HTTPTimeouts())
        let failure = await #expect(throws: ProviderFailure.self) { try await exchange.response() }
        #expect(failure.map { "\($0)" }?.contains("libcurl cannot go on") == true, "\(failure.map { "\($0)" } ?? "")")
    }
}
