// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Speaks HTTP over a bare socket, so that it can lie about anything. */
final class Client {
    private final URI server;

    Client(URI server) {
        this.server = server;
    }

    String host() {
        return server.getHost() + ":" + server.getPort();
    }

    /** A request as somebody who keeps the rules makes it; {@code headers} come on top. */
    Answer get(String path, String... headers) throws IOException {
        return send("GET", path, "", with(headers, "Host: " + host()));
    }

    Answer post(String path, String body, String... headers) throws IOException {
        return send("POST", path, body, with(headers, "Host: " + host()));
    }

    private static String[] with(String[] headers, String one) {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(one);
        return all.toArray(String[]::new);
    }

    /** Exactly these headers, and the length of the body. */
    Answer send(String method, String path, String body, String... headers) throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(60_000);
            String head = method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                    + "\r\nContent-Length: " + content.length + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(content);
            socket.getOutputStream().flush();
            return Answer.read(socket.getInputStream());
        }
    }

    /** What came back. */
    record Answer(int status, String head, String body) {
        private static Answer read(InputStream in) throws IOException {
            String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            int gap = all.indexOf("\r\n\r\n");
            return new Answer(Integer.parseInt(all.split(" ", 3)[1]), all.substring(0, gap), all.substring(gap + 4));
        }
    }
}
