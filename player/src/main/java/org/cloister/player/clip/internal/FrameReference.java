// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What the pictures of a clip ought to be: the file that FFmpeg's {@code framemd5} writes. Immutable.
 *
 * @param name where it came from, for errors
 * @param frames the frames of stream 0, in presentation order
 */
public record FrameReference(String name, List<Frame> frames) {
    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");
    private static final int COLUMNS = 6;

    /** Copies the list. */
    public FrameReference {
        frames = List.copyOf(frames);
    }

    /**
     * One frame.
     *
     * @param size bytes of the frame, tightly packed
     * @param md5 of these bytes, 32 lower-case hexadecimal digits
     */
    public record Frame(long size, String md5) {}

    /**
     * Reads a reference file.
     *
     * @throws ClipException when it cannot be read or is not such a file; says in which line
     */
    public static FrameReference read(Path path) {
        try {
            return parse(path.toString(), Files.readAllLines(path, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw unreadable(path.toString(), "there is no such file");
        } catch (CharacterCodingException e) {
            throw unreadable(path.toString(), "it is not a text file");
        } catch (IOException e) {
            throw unreadable(path.toString(), "it cannot be read (" + e.getMessage() + ")");
        }
    }

    /**
     * Understands the lines of a reference file.
     *
     * @param name where they came from, for errors
     */
    public static FrameReference parse(String name, List<String> lines) {
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.startsWith("#")) {
                header(name, i + 1, line.substring(1));
            } else if (!line.isEmpty()) {
                String[] columns = line.split("\\s*,\\s*", -1);
                if (columns.length != COLUMNS) {
                    throw bad(name, i + 1, "it has %d columns instead of %d".formatted(columns.length, COLUMNS));
                }
                if (columns[0].equals("0")) {
                    frames.add(frame(name, i + 1, columns));
                }
            }
        }
        if (frames.isEmpty()) {
            throw unreadable(name, "it has no frame of stream 0");
        }
        return new FrameReference(name, frames);
    }

    private static void header(String name, int line, String text) {
        String[] pair = text.split(":", 2);
        if (pair.length < 2) {
            return;
        }
        String value = pair[1].strip();
        boolean fits = switch (pair[0].strip()) {
            case "format" -> value.equals("frame checksums");
            case "version" -> value.equals("2");
            case "hash" -> value.equals("MD5");
            case "media_type 0" -> value.equals("video");
            case "codec_id 0" -> value.equals("rawvideo");
            default -> true;
        };
        if (!fits) {
            throw bad(name, line, "\"%s\" is not what is compared here".formatted(text.strip()));
        }
    }

    private static Frame frame(String name, int line, String[] columns) {
        long size;
        try {
            size = Long.parseLong(columns[4]);
        } catch (NumberFormatException e) {
            throw bad(name, line, "\"%s\" is no size of a frame".formatted(columns[4]));
        }
        String md5 = columns[5].toLowerCase(Locale.ROOT);
        if (size <= 0) {
            throw bad(name, line, "%d is no size of a frame".formatted(size));
        }
        if (!MD5.matcher(md5).matches()) {
            throw bad(name, line, "\"%s\" is no MD5".formatted(columns[5]));
        }
        return new Frame(size, md5);
    }

    private static ClipException bad(String name, int line, String why) {
        return unreadable(name, "line %d: %s".formatted(line, why));
    }

    private static ClipException unreadable(String name, String why) {
        return new ClipException("compare with", name, why,
                "make a reference with ffmpeg -i CLIP -f framemd5 FILE");
    }
}
