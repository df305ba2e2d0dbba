import Foundation
import Testing

@testable import LatheVocabulary

struct EventCodingTests {
    @Test func `an event survives its JSON form`() throws {
        let request = ModelRequest(
            place: .coordinator, turn: 1, system: "s", messages: [Message(.user, [.text("hello")])], state: "state")
        let event = Event(
            sequence: 3, time: 12.5, place: .coordinator.child("UA"),
            body: .turnStarted(TurnStarted(turn: 1, model: "m", request: request)))
        let data = try JSONEncoder().encode(event)
        #expect(try JSONDecoder().decode(Event.self, from: data) == event)
        let text = try #require(String(data: data, encoding: .utf8))
        #expect(text.contains("\"type\":\"turn_started\""))
        #expect(text.replacing("\\/", with: "/").contains("\"place\":\"coordinator/UA\""))
    }
}
