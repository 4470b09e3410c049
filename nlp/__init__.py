"""Judgement: language, sentences, claims, matching, stance, distortion, narratives."""
