import JSONTree
import NIOCore
import NIOWebSocket

/// One message of a live stream, and how it is written.
struct StreamMessage {
    let event: StaticString
    /// Where a client that has the message goes on.
    var id: String?
    /// JSON.
    var data: [UInt8] = Array("{}".utf8)

    func bytes(as form: EventStream.Form) -> ByteBuffer {
        form == .events ? eventBytes : Self.frame(.text, jsonBytes)
    }

    private var eventBytes: ByteBuffer {
        var writer = ByteWriter(capacity: data.count + 64)
        writer.append("event: ")
        writer.append(event)
        if let id {
            writer.append("\nid: ")
            writer.append(utf8: id)
        }
        writer.append("\ndata: ")
        if data.contains(where: { $0 == 0x0A || $0 == 0x0D }) {
            // Inside strings JSON has no line breaks; elsewhere they are white space, as good as any.
            writer.append(data.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 })
        } else {
            writer.append(data)
        }
        writer.append("\n\n")
        return writer.withBytes { ByteBuffer(bytes: $0) }
    }

    private var jsonBytes: [UInt8] {
        var writer = ByteWriter(capacity: data.count + 64)
        writer.append("{\"event\":\"")
        writer.append(event)
        if let id {
            writer.append("\",\"id\":")
            writer.append(jsonString: id)
        } else {
            writer.append("\"")
        }
        writer.append(",\"data\":")
        writer.append(data)
        writer.append("}")
        return writer.array()
    }

    /// A whole message in one frame, as servers send it: without a mask.
    ///
    /// - Source: RFC 6455 section 5.2.
    static func frame(_ opcode: WebSocketOpcode, _ payload: [UInt8]) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: payload.count + 10)
        buffer.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        switch payload.count {
        case ..<126: buffer.writeInteger(UInt8(payload.count))
        case ..<65_536: buffer.writeMultipleIntegers(UInt8(126), UInt16(payload.count))
        default: buffer.writeMultipleIntegers(UInt8(127), UInt64(payload.count))
        }
        buffer.writeBytes(payload)
        return buffer
    }

    /// A frame that closes the connection.
    static func farewell(_ code: UInt16, _ reason: String) -> ByteBuffer {
        // A control frame has at most 125 bytes; our reasons are short and ASCII.
        frame(.connectionClose, [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8.prefix(123)))
    }
}
