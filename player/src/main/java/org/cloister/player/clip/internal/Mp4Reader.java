// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVEncryptionInfo;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.avutil.AVSubsampleEncryptionInfo;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.platform.device.VideoCodec;

/**
 * Reads the video track of an MP4 file, progressive or fragmented, by libavformat. Samples come out as they are in the
 * file: libavformat never gets a key. Not safe for use by several threads.
 */
public final class Mp4Reader implements AutoCloseable {
    private static final int LARGEST_SAMPLE = 64 << 20;

    private final String clip;
    private final AVFormatContext format;
    private final AVStream stream;
    private final VideoTrack track;
    private final AVPacket packet = avcodec.av_packet_alloc();
    private int samplesRead;
    private long firstTimestamp; // of the first sample, once that was read
    private boolean open = true;

    private Mp4Reader(String clip, AVFormatContext format) {
        this.clip = clip;
        this.format = format;
        this.stream = videoStream();
        this.track = describe(stream.codecpar());
    }

    /**
     * Opens a clip.
     *
     * @param ffmpeg says that the libraries are loaded
     * @param path the file
     * @return the reader, to be closed by the caller
     * @throws ClipException when there is no such file, or it is no MP4 file, or has no video track, or one of a codec
     *     other than H.264 and HEVC
     */
    public static Mp4Reader open(FfmpegLibraries ffmpeg, Path path) {
        String clip = path.toString();
        if (!Files.exists(path)) {
            throw new ClipException("play", clip, "there is no such file", "check the name");
        }
        if (!Files.isRegularFile(path)) {
            throw new ClipException("play", clip, "it is not a file", "name an MP4 file");
        }
        if (!Files.isReadable(path)) {
            throw new ClipException("play", clip, "reading it is not permitted", "check the rights of the file");
        }
        AVFormatContext format = openFile(clip, path);
        try {
            return new Mp4Reader(clip, format);
        } catch (RuntimeException e) {
            avformat.avformat_close_input(format);
            throw e;
        }
    }

    /** Only files, and only MP4: a hostile clip must not make libavformat open anything else. */
    private static AVFormatContext openFile(String clip, Path path) {
        AVFormatContext format = avformat.avformat_alloc_context();
        AVInputFormat mp4 = avformat.av_find_input_format("mov");
        AVDictionary options = new AVDictionary(null);
        try {
            avutil.av_dict_set(options, "protocol_whitelist", "file", 0);
            int code = avformat.avformat_open_input(format, "file:" + path, mp4, options);
            if (code < 0) {
                throw new ClipException("play", clip, "it is no MP4 file, or its header is damaged (%s)"
                        .formatted(FfmpegLibraries.describe(code)), "name a sound MP4 file");
            }
        } finally {
            avutil.av_dict_free(options);
        }
        return format;
    }

    private AVStream videoStream() {
        AVStream video = null;
        for (int i = 0; i < format.nb_streams(); i++) {
            AVStream candidate = format.streams(i);
            boolean isVideo = candidate.codecpar().codec_type() == avutil.AVMEDIA_TYPE_VIDEO
                    && (candidate.disposition() & avformat.AV_DISPOSITION_ATTACHED_PIC) == 0;
            if (isVideo && video == null) {
                video = candidate;
            } else {
                candidate.discard(avcodec.AVDISCARD_ALL);
            }
        }
        if (video == null) {
            throw new ClipException("play", clip, "it has no video track", "name a clip that has one");
        }
        return video;
    }

    private VideoTrack describe(AVCodecParameters parameters) {
        VideoCodec codec = switch (parameters.codec_id()) {
            case avcodec.AV_CODEC_ID_H264 -> VideoCodec.H264;
            case avcodec.AV_CODEC_ID_HEVC -> VideoCodec.HEVC;
            default -> throw new ClipException("play", clip, "its video is coded as %s, which no decoder here takes"
                    .formatted(avcodec.avcodec_get_name(parameters.codec_id()).getString()),
                    "name a clip in H.264 or HEVC");
        };
        byte[] configuration = bytes(parameters.extradata(), parameters.extradata_size());
        if (configuration.length == 0) {
            throw new ClipException("play", clip, "its video track has no decoder configuration",
                    "the file is damaged: get a sound copy");
        }
        long frames = stream.nb_frames();
        OptionalInt samples = frames > 0 && frames <= Integer.MAX_VALUE
                ? OptionalInt.of((int) frames) : OptionalInt.empty();
        return new VideoTrack(codec, configuration, parameters.width(), parameters.height(), samples);
    }

    /** The video track. */
    public VideoTrack track() {
        return track;
    }

    /**
     * The next sample in decoding order; empty at the end of the clip.
     *
     * @throws ClipException when the file ends too early or is damaged
     */
    public Optional<Sample> next() {
        int code;
        do {
            avcodec.av_packet_unref(packet);
            code = avformat.av_read_frame(format, packet);
        } while (code >= 0 && packet.stream_index() != stream.index());
        if (code == avutil.AVERROR_EOF()) {
            requireAllSamples();
            return Optional.empty();
        }
        if (code < 0) {
            throw damaged("sample %d cannot be read (%s)".formatted(samplesRead, FfmpegLibraries.describe(code)));
        }
        return Optional.of(sample());
    }

    private Sample sample() {
        int flags = packet.flags();
        if ((flags & avcodec.AV_PKT_FLAG_CORRUPT) != 0 || packet.size() <= 0 || packet.size() > LARGEST_SAMPLE) {
            throw damaged("sample %d is not complete".formatted(samplesRead));
        }
        long timestamp = packet.pts() == avutil.AV_NOPTS_VALUE ? packet.dts() : packet.pts();
        boolean shown = (flags & avcodec.AV_PKT_FLAG_DISCARD) == 0;
        byte[] data = bytes(packet.data(), packet.size());
        if (samplesRead == 0) {
            firstTimestamp = timestamp;
        }
        return new Sample(samplesRead++, data, timestamp, time(timestamp - firstTimestamp), shown, protection());
    }

    private Duration time(long units) {
        AVRational unit = stream.time_base();
        return Duration.ofNanos(avutil.av_rescale(units, unit.num() * 1_000_000_000L, unit.den()));
    }

    private Optional<SampleProtection> protection() {
        SizeTPointer size = new SizeTPointer(1);
        AVEncryptionInfo info = null;
        try {
            BytePointer side = avcodec.av_packet_get_side_data(packet, avcodec.AV_PKT_DATA_ENCRYPTION_INFO, size);
            if (side == null || side.isNull()) {
                return Optional.empty();
            }
            info = avutil.av_encryption_info_get_side_data(side, size.get());
            if (info == null || info.isNull()) {
                throw damaged("the protection of sample %d is not readable".formatted(samplesRead - 1));
            }
            return Optional.of(protection(info));
        } finally {
            size.close();
            if (info != null) {
                avutil.av_encryption_info_free(info);
            }
        }
    }

    private SampleProtection protection(AVEncryptionInfo info) {
        CencScheme scheme = CencScheme.of(info.scheme()).orElseThrow(() -> new ClipException("play", clip,
                "its protection scheme 0x%08x is not known".formatted(info.scheme()),
                "name a clip protected by cenc, cbc1, cens or cbcs"));
        if (info.key_id_size() != KeyId.LENGTH || info.iv_size() != 8 && info.iv_size() != 16) {
            throw damaged("the protection of sample %d has a key id of %d bytes and an initialisation vector of %d"
                    .formatted(samplesRead - 1, info.key_id_size(), info.iv_size()));
        }
        List<SampleProtection.Subsample> subsamples = new ArrayList<>();
        AVSubsampleEncryptionInfo entries = info.subsamples();
        for (int i = 0; i < info.subsample_count(); i++) {
            AVSubsampleEncryptionInfo entry = entries.getPointer(i);
            subsamples.add(new SampleProtection.Subsample(
                    Integer.toUnsignedLong(entry.bytes_of_clear_data()),
                    Integer.toUnsignedLong(entry.bytes_of_protected_data())));
        }
        return new SampleProtection(scheme, KeyId.of(bytes(info.key_id(), info.key_id_size())),
                bytes(info.iv(), info.iv_size()), info.crypt_byte_block(), info.skip_byte_block(), subsamples);
    }

    /** A file that was cut off ends without an error; the index knows how many samples there should be. */
    private void requireAllSamples() {
        int indexed = avformat.avformat_index_get_entries_count(stream);
        if (samplesRead < indexed) {
            throw damaged("it ends after %d of %d samples".formatted(samplesRead, indexed));
        }
        if (samplesRead == 0) {
            throw damaged("its video track has no sample");
        }
    }

    private ClipException damaged(String why) {
        return new ClipException("play", clip, why, "the file is damaged: get a sound copy");
    }

    private static byte[] bytes(BytePointer pointer, int size) {
        byte[] bytes = new byte[pointer == null || pointer.isNull() ? 0 : Math.max(0, size)];
        if (bytes.length > 0) {
            pointer.get(bytes);
        }
        return bytes;
    }

    /** Closes the file. Idempotent. */
    @Override
    public void close() {
        if (open) {
            open = false;
            avcodec.av_packet_free(packet);
            avformat.avformat_close_input(format);
        }
    }
}
